import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { greetingOf, readLive } from '../../../src/postfix/doctor/read-live.js'
import { createMilterServer } from '../../../src/milter/index.js'
import { startDnsServer } from '../../../sandbox/dns-server.js'
import { instanceFacts, lanesConfig } from '../../support/postfix-instance.js'

async function server(t: Test, onClient: (socket: Socket) => void): Promise<string> {
  const listening = createServer(socket => {
    socket.on('error', () => socket.destroy())
    onClient(socket)
  })
  t.teardown(() => listening.close())
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

t.test('greetings, and what is none', async t => {
  const cases: [says: string, want: RegExp | string][] = [
    ['220 mail.test ESMTP\r\n', '220 mail.test ESMTP'],
    ['220-wait\r\n220 mail.test\r\n', '220-wait'],
    ['554 not today\r\n', /^it says 554 not today$/],
    ['x'.repeat(9000), /^the greeting does not end$/],
  ]
  for (const [says, want] of cases) {
    const address = await server(t, socket => socket.write(says))
    if (typeof want === 'string') t.equal(await greetingOf(address), want)
    else await t.rejects(greetingOf(address), { message: want }, says.slice(0, 20))
  }
  const silent = await server(t, socket => socket.end())
  await t.rejects(greetingOf(silent), { message: 'the connection was closed' })
  const slow = await server(t, () => undefined)
  await t.rejects(greetingOf(slow, 20), { message: 'no greeting in time' })
})

t.test('everything is asked, and what fails says why', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'm.sock')
  const dns = await startDnsServer({ port: 0, names: { 'signed.test': { secure: true } } })
  t.teardown(() => dns.close())
  const listener = await server(t, socket => socket.write('220 listener\r\n'))
  const settings = (socket: string): ReturnType<typeof lanesConfig> =>
    lanesConfig(
      `listen.socket = "unix:${socket}"\nnotices.smtp = "127.0.0.1:1"\npostfix.split_listener = "${listener}"\n`,
    )
  const names = { signed: 'signed.test', bogus: 'absent.test' }
  const servers = [`127.0.0.1#${dns.port}`]
  const dead = await readLive(settings(path), instanceFacts(), servers, names)
  t.match(dead, {
    milter: { seen: false, reason: /^cannot connect to the filter \(connect ENOENT/ },
    notices: { seen: false, reason: /ECONNREFUSED/ },
    resolvers: [
      {
        signed: { name: 'signed.test', seen: true, value: { code: 'NOERROR', authentic: true } },
        bogus: { name: 'absent.test', seen: true, value: { code: 'NXDOMAIN' } },
      },
    ],
  })
  t.match(dead.listeners.get(listener), { seen: true, value: '220 listener' })
  t.match(dead.listeners.get('127.0.0.1:10027'), { seen: false })

  const milter = createMilterServer({ handlers: {} })
  await milter.listen({ path })
  t.teardown(() => milter.close({ deadlineMs: 0 }))
  const alive = await readLive(settings(path), instanceFacts(), [], { ...names, bogus: undefined })
  t.match(alive, { milter: { seen: true, value: 'version 6' }, resolvers: [] })
})

t.test('a milter on a port is asked there', async t => {
  const milter = createMilterServer({ handlers: {} })
  const address = await milter.listen({ port: 0 })
  t.teardown(() => milter.close({ deadlineMs: 0 }))
  const port = typeof address === 'string' ? 0 : address.port
  const config = lanesConfig(
    `listen.socket = "inet:127.0.0.1:${port}"\nnotices.smtp = "127.0.0.1:1"\n`,
  )
  const live = await readLive(config, instanceFacts(), [], { signed: 'x', bogus: undefined })
  t.match(live.milter, { seen: true, value: 'version 6' })
})
