import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t from 'tap'
import { startDnsServer } from '../../../sandbox/dns-server.js'
import { askResolver } from '../../../src/postfix/doctor/dns-query.js'

t.test('the name server vouches for an answer, or it does not', async t => {
  const server = await startDnsServer({
    port: 0,
    names: {
      'signed.test': { secure: true },
      'plain.test': {},
      'bogus.test': { fails: 'servfail' },
    },
  })
  t.teardown(() => server.close())
  const address = `127.0.0.1#${server.port}`
  t.strictSame(await askResolver(address, 'signed.test.'), { code: 'NOERROR', authentic: true })
  t.strictSame(await askResolver(address, 'plain.test'), { code: 'NOERROR', authentic: false })
  t.strictSame(await askResolver(address, 'bogus.test'), { code: 'SERVFAIL', authentic: false })
  t.match(await askResolver(address, 'absent.test'), { code: 'NXDOMAIN' })
  t.strictSame(server.questions, [
    'SOA signed.test',
    'SOA plain.test',
    'SOA bogus.test',
    'SOA absent.test',
  ])
})

t.test('a closed port is an error at once', async t => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  await t.rejects(askResolver(`127.0.0.1#${port}`, 'x.test'), { code: 'ECONNREFUSED' })
})

t.test('what is no answer to the question is passed over', async t => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  socket.on('message', (query, from) => {
    const reply = Buffer.from(query)
    const other = Buffer.from(query)
    reply.writeUInt16BE(0x8000, 2)
    other.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0)
    for (const packet of [Buffer.from('no'), query, other, reply]) {
      socket.send(packet, from.port, from.address)
    }
  })
  const { port } = socket.address()
  t.strictSame(await askResolver(`127.0.0.1#${port}`, 'x.test'), {
    code: 'NOERROR',
    authentic: false,
  })
})
