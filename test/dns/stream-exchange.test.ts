import { AUTHENTIC_DATA, decode, encode } from 'dns-packet'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import t from 'tap'
import { createAuthority } from '../../sandbox/certificates.js'
import { Resolver } from '../../src/dns/resolver.js'
import { StreamExchange } from '../../src/dns/stream-exchange.js'
import { hostileNameServer } from '../support/dns-hostile.js'

await t.test(
  'DNS over TLS believes a server whose certificate has the name, and no other',
  async t => {
    const directory = await mkdtemp(join(tmpdir(), 'dot-'))
    t.teardown(() => rm(directory, { recursive: true }))
    const authority = await createAuthority(directory)
    const server = createServer(await authority.issue('dns.test'), socket => {
      socket.on('error', () => socket.destroy())
      socket.on('data', chunk => {
        const { id = 0, questions = [] } = decode(chunk.subarray(2))
        const reply = encode({ type: 'response', id, flags: AUTHENTIC_DATA, questions })
        const length = Buffer.alloc(2)
        length.writeUInt16BE(reply.length)
        // In two pieces, as a network may deliver it.
        socket.write(Buffer.concat([length, reply.subarray(0, 5)]))
        socket.write(reply.subarray(5))
      })
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    const authorities = [await readFile(authority.file, 'utf8')]
    const ask = async (serverName: string): Promise<string> => {
      const at = { address: '127.0.0.1', port, tls: { serverName } }
      const resolver = new Resolver({ server: at, authorities, timeoutMs: 1000 })
      t.teardown(() => resolver.close())
      return (await resolver.ask('a.test', 'A', new AbortController().signal)).state
    }
    t.equal(await ask('dns.test'), 'secure')
    t.equal(await ask('other.test'), 'timeout')
  },
)

await t.test('a connection that is closed ends every question on it', async t => {
  const server = await hostileNameServer(t, { tcp: (_, socket) => socket.end() })
  const exchange = new StreamExchange(server)
  const asking = ['a.test', 'b.test'].map(name => exchange.ask({ name, type: 'A' }, 1000))
  for (const one of asking) await t.rejects(one, { message: /closed/ })
})
