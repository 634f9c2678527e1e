import t, { type Test } from 'tap'
import { AddressProber } from '../../src/qtls/address-prober.js'
import { createAddressPolicy } from '../../src/qtls/address-policy.js'
import { Prober, type ProberOptions } from '../../src/qtls/prober.js'
import { fakeNames, type FakeName } from '../support/qtls-names.js'
import { mailServer, probeOptions, someCertificates } from '../support/qtls-probe.js'
import type { MailServerOptions } from '../../sandbox/scripted-receiver.js'

const { issued } = await someCertificates(t)
const { signal } = new AbortController()
const NOW = 1_800_000_000_000

async function server(t: Test, port: number, more: Partial<MailServerOptions> = {}) {
  return mailServer(t, { port, tls: { ...issued }, ...more })
}

function proberOf(
  table: Record<string, FakeName>,
  port: number,
  more: Partial<ProberOptions> = {},
  now: () => number = () => NOW,
): Prober {
  const names = fakeNames(table)
  const addresses = new AddressProber({
    ...probeOptions({ now }),
    policy: createAddressPolicy({ allowed: ['127.0.0.0/8'] }),
    port,
    addressTimeoutMs: 5000,
    shareMs: 60_000,
  })
  const fetch = () => Promise.reject(new Error('nothing is announced'))
  return new Prober({
    names,
    addresses,
    sts: { names, fetch, timeoutMs: 1000, now },
    port,
    maxHosts: 3,
    maxAddresses: 2,
    domainTimeoutMs: 5000,
    now,
    ...more,
  })
}

await t.test('a domain is known by its names, its servers and their connections', async t => {
  const { port } = await server(t, 0)
  const table = {
    'd.test': {
      mx: [
        [10, 'mx.d.test'],
        [20, 'none.d.test'],
      ],
    },
    'mx.d.test': { a: ['127.0.0.1'] },
  } as const
  const facts = await proberOf(table, port).probe('d.test', signal)
  t.match(facts, {
    domain: 'd.test',
    probedAt: NOW,
    mx: { kind: 'mx', state: 'secure' },
    sts: { state: 'none' },
    hosts: [
      {
        host: 'mx.d.test',
        addressState: 'secure',
        addressTtlSeconds: 300,
        connections: [{ ip: '127.0.0.1', end: 'tls' }],
      },
      { host: 'none.d.test', connections: { length: 0 } },
    ],
    cut: [],
  })
  t.same(JSON.parse(JSON.stringify(facts)).domain, 'd.test')
})

await t.test('no connection is made to an address inside', async t => {
  const table = { 'd.test': { mx: [[10, 'mx.d.test']] }, 'mx.d.test': { a: ['10.0.0.1'] } } as const
  const { hosts } = await proberOf(table, 25).probe('d.test', signal)
  t.match(hosts[0]?.connections, [{ ip: '10.0.0.1', end: 'forbidden-address', phase: 'tcp' }])
})

await t.test('what serves many domains is asked once, and by one connection at a time', async t => {
  const mx = await server(t, 0)
  const other = await server(t, mx.port, { address: '127.0.0.2' })
  const names = Array.from({ length: 20 }, (_, n) => `d${n}.test`)
  const table = {
    ...Object.fromEntries(
      names.map((name, n) => [name, { mx: [[10, `mx${n % 4}.test`] as const] }]),
    ),
    ...Object.fromEntries(
      [0, 1, 2, 3].map(n => [`mx${n}.test`, { a: ['127.0.0.1', '127.0.0.2'] }]),
    ),
  }
  const prober = proberOf(table, mx.port)
  const all = await Promise.all(names.map(name => prober.probe(name, signal)))
  t.equal(all.filter(({ hosts }) => hosts[0]?.connections.every(c => c.end === 'tls')).length, 20)
  t.same([mx.connections(), mx.atOnce(), other.connections()], [1, 1, 1])
})

await t.test('what is shared is looked at again once it is old', async t => {
  const mx = await server(t, 0)
  let now = NOW
  const table = { 'd.test': { mx: [[10, 'mx.test']] }, 'mx.test': { a: ['127.0.0.1'] } } as const
  const prober = proberOf(table, mx.port, {}, () => now)
  await prober.probe('d.test', signal)
  await prober.probe('d.test', signal)
  t.equal(mx.connections(), 1)
  now += 60_001
  await prober.probe('d.test', signal)
  t.equal(mx.connections(), 2)
})

await t.test('more servers or addresses than are looked at are said to be left out', async t => {
  const mx = await server(t, 0)
  const table = {
    'd.test': {
      mx: [
        [1, 'a.test'],
        [2, 'b.test'],
        [3, 'c.test'],
        [4, 'd.test'],
      ],
    },
    'a.test': { a: ['127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.3'] },
  } as const
  const facts = await proberOf(table, mx.port).probe('d.test', signal)
  t.equal(facts.hosts.length, 3)
  t.equal(facts.hosts[0]?.connections.length, 2)
  t.same(facts.cut, ['hosts', 'addresses'])
})

await t.test('time over leaves what was found, and says so', async t => {
  const slow = await server(t, 0, { manner: { banner: () => undefined } })
  const table = {
    'd.test': { mx: [[1, 'a.test']] },
    'a.test': { a: ['127.0.0.1', '127.0.0.2'] },
  } as const
  const facts = await proberOf(table, slow.port, { domainTimeoutMs: 100 }).probe('d.test', signal)
  t.same(facts.cut, ['time'])
  t.match(facts.hosts[0]?.connections, [
    { ip: '127.0.0.1', end: 'timeout' },
    { ip: '127.0.0.2', end: 'timeout' },
  ])
})

await t.test('the name of usable TLSA records goes into the handshake, else none', async t => {
  const asked: (string | undefined)[] = []
  const { port } = await server(t, 0, {
    tls: {
      ...issued,
      SNICallback: (name, done) => {
        asked.push(name)
        done(null)
      },
    },
  })
  const tlsa = [{ usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(32) }]
  const table = {
    'dane.test': { mx: [[1, 'mx.dane.test']] },
    'mx.dane.test': { a: ['127.0.0.1'] },
    [`_${port}._tcp.mx.dane.test`]: { tlsa },
    'plain.test': { mx: [[1, 'mx.plain.test']] },
    'mx.plain.test': { a: ['127.0.0.1'] },
  } as const
  const prober = proberOf(table, port)
  await prober.probe('dane.test', signal)
  await prober.probe('plain.test', signal)
  t.same(asked, ['mx.dane.test'])
})

await t.test('a domain without an answer has no servers', async t => {
  const facts = await proberOf({ 'd.test': { state: 'bogus' } }, 25).probe('d.test', signal)
  t.match(facts, { mx: { kind: 'unanswered', state: 'bogus' }, hosts: { length: 0 } })
})

await t.test('an address in place of a name is tried, and has no TLSA records', async t => {
  const { port } = await server(t, 0)
  const facts = await proberOf({ 'd.test': { mx: [[1, '127.0.0.1']] } }, port).probe(
    'd.test',
    signal,
  )
  t.match(facts.hosts, [
    { isLiteral: true, tlsa: { state: 'none' }, connections: [{ end: 'tls' }] },
  ])
})

await t.test('whoever asked can give up', async t => {
  const slow = await server(t, 0, { manner: { banner: () => undefined } })
  const table = { 'd.test': { mx: [[1, 'a.test']] }, 'a.test': { a: ['127.0.0.1'] } } as const
  const giveUp = new AbortController()
  const probing = proberOf(table, slow.port).probe('d.test', giveUp.signal)
  giveUp.abort(new Error('enough'))
  await t.rejects(probing, { message: 'enough' })
})
