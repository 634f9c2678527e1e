import { AUTHENTIC_DATA, TRUNCATED_RESPONSE, decode, encode, type Packet } from 'dns-packet'
import { createSocket } from 'node:dgram'
import t, { type Test } from 'tap'
import { startDnsServer } from '../../sandbox/dns-server.js'
import type { NameServer } from '../../src/dns/model.js'
import { Resolver, isTrouble, type ResolverOptions } from '../../src/dns/resolver.js'
import { hostileNameServer } from '../support/dns-hostile.js'

const signal = new AbortController().signal

function resolverAt(
  t: Test,
  server: NameServer,
  more: Omit<ResolverOptions, 'server'> = {},
): Resolver {
  const resolver = new Resolver({ server, timeoutMs: 2000, ...more })
  t.teardown(() => resolver.close())
  return resolver
}

async function sandbox(t: Test, names: NonNullable<Parameters<typeof startDnsServer>[0]>['names']) {
  const server = await startDnsServer({ port: 0, names: names ?? {} })
  t.teardown(() => server.close())
  return { server, at: { address: '127.0.0.1', port: server.port, tls: undefined } as const }
}

function answerTo(query: Buffer, address: string, more: Partial<Packet> = {}): Buffer {
  const { id = 0, questions = [] } = decode(query)
  const name = questions[0]?.name ?? ''
  return encode({
    type: 'response',
    id,
    flags: AUTHENTIC_DATA,
    questions,
    answers: [{ name, type: 'A', ttl: 60, data: address }],
    ...more,
  })
}

await t.test('an answer is secure where the resolver says so, and only there', async t => {
  const { at } = await sandbox(t, {
    'safe.test': { mx: ['10 mx.safe.test'], secure: true },
    'plain.test': { mx: ['10 mx.plain.test'] },
  })
  const resolver = resolverAt(t, at)
  t.match(await resolver.ask('Safe.test.', 'MX', signal), {
    state: 'secure',
    records: [{ type: 'MX', preference: 10, exchange: 'mx.safe.test' }],
    ttlSeconds: 60,
  })
  t.match(await resolver.ask('plain.test', 'MX', signal), { state: 'insecure' })
  t.match(await resolver.ask('gone.test', 'MX', signal), { isMissing: true })
})

await t.test(
  'a question is asked once while its answer holds, and while it is under way',
  async t => {
    const { server, at } = await sandbox(t, { 'a.test': { a: ['192.0.2.1'] } })
    let now = 1000
    const resolver = resolverAt(t, at, { now: () => now })
    await Promise.all([resolver.ask('a.test', 'A', signal), resolver.ask('A.test', 'A', signal)])
    await resolver.ask('a.test', 'A', signal)
    t.same(server.questions, ['A a.test'])
    now += 60_000
    await resolver.ask('a.test', 'A', signal)
    t.same(server.questions, ['A a.test', 'A a.test'])
  },
)

await t.test('an answer that does not fit into a packet comes by TCP', async t => {
  const a = Array.from({ length: 200 }, (_, n) => `192.0.2.${n}`)
  const { at } = await sandbox(t, { 'many.test': { a } })
  const { records } = await resolverAt(t, at).ask('many.test', 'A', signal)
  t.equal(records.length, 200)
})

await t.test('bogus is told from down by asking without checks', async t => {
  const bogus = await hostileNameServer(t, {
    udp: query => {
      const checks = !decode(query).flag_cd
      return [
        checks ? answerTo(query, '', { flags: 2, answers: [] }) : answerTo(query, '192.0.2.1'),
      ]
    },
  })
  t.match(await resolverAt(t, bogus).ask('x.test', 'A', signal), { state: 'bogus', records: [] })
  const down = await hostileNameServer(t, {
    udp: query => [answerTo(query, '', { flags: 2, answers: [] })],
  })
  t.match(await resolverAt(t, down).ask('x.test', 'A', signal), { state: 'servfail' })
})

await t.test('a code that is no answer is trouble', async t => {
  const refusing = await hostileNameServer(t, {
    udp: query => [answerTo(query, '', { flags: 5, answers: [] })],
  })
  const answer = await resolverAt(t, refusing).ask('x.test', 'A', signal)
  t.equal(answer.state, 'servfail')
  t.ok(isTrouble(answer))
})

await t.test('silence ends in time, and the same is not asked again at once', async t => {
  const silent = await hostileNameServer(t, {})
  const resolver = resolverAt(t, silent, { timeoutMs: 50 })
  t.match(await resolver.ask('x.test', 'A', signal), { state: 'timeout' })
  const asked = silent.asked()
  await resolver.ask('x.test', 'A', signal)
  t.equal(silent.asked(), asked)
})

await t.test('a closed port is trouble, no exception', async t => {
  const { server, at } = await sandbox(t, {})
  const resolver = resolverAt(t, { ...at, port: server.port === 9 ? 10 : 9 }, { timeoutMs: 300 })
  t.match(await resolver.ask('x.test', 'A', signal), { state: 'timeout' })
})

await t.test('a closed port is heard of by every question, not only by the first', async t => {
  const { server, at } = await sandbox(t, {})
  const resolver = resolverAt(
    t,
    { ...at, port: server.port === 9 ? 10 : 9 },
    { timeoutMs: 600_000 },
  )
  const types = ['MX', 'TXT', 'A', 'AAAA', 'TLSA', 'CNAME'] as const
  const answers = await Promise.all(types.map(type => resolver.ask('x.test', type, signal)))
  t.same(
    answers.map(({ state }) => state),
    types.map(() => 'timeout'),
  )
})

await t.test('forged replies are passed over until the true one comes', async t => {
  const stranger = createSocket('udp4')
  t.teardown(() => stranger.close())
  const server = await hostileNameServer(t, {
    udp: (query, from) => {
      // From another address the kernel does not even let it in.
      stranger.send(answerTo(query, '198.51.100.1'), from.port, from.address)
      const id = decode(query).id ?? 0
      return [
        answerTo(query, '198.51.100.2', { id: id ^ 1 }),
        answerTo(query, '198.51.100.3', { questions: [{ name: 'y.test', type: 'A' }] }),
        answerTo(query, '198.51.100.4').subarray(0, 20),
        Buffer.from('no message'),
        answerTo(query, '192.0.2.1'),
      ]
    },
  })
  const { records } = await resolverAt(t, server).ask('x.test', 'A', signal)
  t.match(records, [{ address: '192.0.2.1' }])
})

await t.test('an announced message that never comes ends in time', async t => {
  const server = await hostileNameServer(t, {
    udp: query => [answerTo(query, '', { flags: TRUNCATED_RESPONSE, answers: [] })],
    tcp: (_, socket) => socket.write(Buffer.from([0xff, 0xff, 1, 2, 3])),
  })
  const answer = await resolverAt(t, server, { timeoutMs: 100 }).ask('x.test', 'A', signal)
  t.equal(answer.state, 'timeout')
})

await t.test('an answer with more records than anybody has is none', async t => {
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
  const oversized = (query: Buffer): Buffer => {
    const head = answerTo(query, '', { answers: [] })
    head.writeUInt16BE(4000, 6)
    const message = Buffer.concat([head, ...Array.from({ length: 4000 }, () => address)])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(message.length)
    return Buffer.concat([length, message])
  }
  const server = await hostileNameServer(t, {
    udp: query => [answerTo(query, '', { flags: TRUNCATED_RESPONSE, answers: [] })],
    tcp: (query, socket) => socket.write(oversized(query)),
  })
  const answer = await resolverAt(t, server, { timeoutMs: 100 }).ask('x.test', 'A', signal)
  t.same(answer.records, [])
  t.match(answer.state, /^(?:timeout|servfail)$/)
})

await t.test('a name that cannot be written is not asked for', async t => {
  const server = await hostileNameServer(t, {})
  const resolver = resolverAt(t, server)
  for (const name of ['a..test', `${'a'.repeat(64)}.test`, 'sp ace.test', 'ü.test'])
    t.match(await resolver.ask(name, 'A', signal), { isMissing: true, records: [] }, name)
  t.equal(server.asked(), 0)
})

await t.test('whoever asked can give up', async t => {
  const resolver = resolverAt(t, await hostileNameServer(t, {}), { timeoutMs: 200 })
  const giveUp = new AbortController()
  const asking = resolver.ask('x.test', 'A', giveUp.signal)
  giveUp.abort(new Error('enough'))
  await t.rejects(asking, { message: 'enough' })
})
