import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { decode, encode, type DecodedPacket, type RecordType } from 'dns-packet'
import t, { type Test } from 'tap'

import { startDnsServer, type DnsServerOptions } from '../../sandbox/dns-server.js'
import { enterNamespace } from '../../sandbox/namespace.js'
import { runCommand } from '../../sandbox/run-command.js'

await enterNamespace()

const NAMES = {
  'b.test': { mx: ['10 mx.b.test', '20 mx.other.test'], secure: true },
  'mx.b.test': { a: ['127.0.0.2'] },
  'old.b.test': { cname: 'mx.b.test' },
  'plain.test': { mx: ['10 mx.plain.test'] },
  'nomail.test': { mx: ['0 .'] },
  'bogus.test': { fails: 'servfail' },
  'lost.test': { fails: 'silent' },
  'loop.test': { cname: 'loop.test' },
  'long.test': { txt: Array.from({ length: 40 }, (_, at) => `${at} ${'x'.repeat(40)}`) },
} as const

await t.test(
  'a name that is not known does not exist, one above a known one has nothing',
  async t => {
    const { resolver } = await start(t, { names: NAMES })
    await t.rejects(resolver.resolveMx('absent.test'), { code: 'ENOTFOUND' })
    await t.rejects(resolver.resolveMx('test'), { code: 'ENODATA' })
    await t.rejects(resolver.resolve6('mx.b.test'), { code: 'ENODATA' })
  },
)

await t.test('a zone that fails says so, or nothing, for each name in it', async t => {
  const { resolver } = await start(t, { names: NAMES })
  await t.rejects(resolver.resolveMx('bogus.test'), { code: 'ESERVFAIL' })
  await t.rejects(resolver.resolve4('mx.bogus.test'), { code: 'ESERVFAIL' })
  await t.rejects(resolver.resolve4('loop.test'), { code: 'ESERVFAIL' })
  await t.rejects(resolver.resolveMx('lost.test'), { code: 'ETIMEOUT' })
})

await t.test('MX, addresses and aliases', async t => {
  const { resolver } = await start(t, { names: NAMES })
  t.same(await resolver.resolveMx('B.Test'), [
    { exchange: 'mx.b.test', priority: 10 },
    { exchange: 'mx.other.test', priority: 20 },
  ])
  t.same(await resolver.resolve4('old.b.test'), ['127.0.0.2'])
  t.same(await resolver.resolveMx('nomail.test'), [{ exchange: '', priority: 0 }])
})

await t.test('what is too long for a datagram comes over TCP', async t => {
  const { resolver } = await start(t, { names: NAMES })
  t.equal((await resolver.resolveTxt('long.test')).length, 40)
})

await t.test('what is changed is so from the next question on', async t => {
  const { dns, resolver } = await start(t, { names: NAMES })
  dns.set('new.test', { a: ['127.0.0.9'] })
  t.same(await resolver.resolve4('new.test'), ['127.0.0.9'])
  dns.set('NEW.test.', undefined)
  await t.rejects(resolver.resolve4('new.test'), { code: 'ENOTFOUND' })
  t.same(dns.questions, ['A new.test', 'A new.test'])
})

await t.test(
  'what is secure is marked, below a secure name too, and never what is not',
  async t => {
    const certificate = Buffer.alloc(32, 7)
    const { dns } = await start(t, { names: NAMES })
    dns.set('_25._tcp.mx.b.test', {
      tlsa: [{ usage: 3, selector: 1, matchingType: 1, certificate }],
    })
    dns.set('half.b.test', { cname: 'mx.plain.test' })
    const cases = [
      ['MX', 'b.test', true],
      ['A', 'mx.b.test', true],
      ['A', 'absent.b.test', true],
      ['NS', '.', true],
      ['MX', 'plain.test', false],
      ['A', 'half.b.test', false],
      ['A', 'absent.test', false],
    ] as const
    for (const [type, name, secure] of cases)
      t.equal((await ask(dns.port, type, name)).flag_ad, secure, `${type} ${name}`)
    t.match(await ask(dns.port, 'TLSA', '_25._tcp.mx.b.test'), {
      flag_ad: true,
      answers: [{ data: { usage: 3, selector: 1, matchingType: 1, certificate } }],
    })
  },
)

await t.test('inside, the resolver of the system asks it', async t => {
  await start(t, { port: 53, names: NAMES })
  const { stdout } = await runCommand('getent', ['hosts', 'old.b.test'])
  t.match(stdout, /^127\.0\.0\.2 +mx\.b\.test/)
})

async function start(t: Test, options: DnsServerOptions) {
  const dns = await startDnsServer({ port: 0, ...options })
  t.teardown(() => dns.close())
  const resolver = new Resolver({ timeout: 100, tries: 1 })
  resolver.setServers([`127.0.0.1:${dns.port}`])
  return { dns, resolver }
}

async function ask(port: number, type: RecordType, name: string): Promise<DecodedPacket> {
  const socket = createSocket('udp4')
  socket.send(encode({ type: 'query', id: 1, questions: [{ type, name }] }), port, '127.0.0.1')
  const [bytes] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return decode(bytes)
}
