import t from 'tap'
import { judge } from '../../src/qtls/judge.js'
import { REASON_CODES } from '../../src/qtls/reason-codes.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { DEFAULT_BINDINGS } from '../../src/qtls/verdict-model.js'
import { qtlsCases } from '../support/qtls-cases.js'
import { connection, goodFacts, goodHost, goodSession, sessionOf } from '../support/qtls-facts.js'
import { certificate, NOW, pki } from '../support/tls-certificates.js'

const COMPATIBLE = readTlsProfile('bsi-compatible')
const TO_THE_LETTER = readTlsProfile('bsi-2026')
const HOUR = 3_600_000

const cases = await qtlsCases()

await t.test('every case comes out as it should', async t => {
  for (const { what, facts, level, codes } of cases) {
    const verdict = judge(facts, COMPATIBLE, NOW)
    t.same([verdict.level, verdict.reasons.map(({ code }) => code)], [level, codes], what)
    t.equal(verdict.match.length > 0, level === 'qualified', `${what}: servers only when qualified`)
  }
  t.ok(cases.length > 50)
})

await t.test('there is a case for every code that a verdict can come to by itself', async t => {
  const seen = new Set(cases.flatMap(({ codes }) => codes))
  const missing = Object.keys(REASON_CODES).filter(code => !seen.has(code as never))
  // These two come of an earlier verdict, or of its end.
  t.same(missing.sort(), ['starttls_disappeared', 'verdict_expired'])
})

await t.test('to the letter, RSA of 2048 bits and PKCS #1 signatures fail', async t => {
  const short = judge(goodFacts(await pki({ kind: 'rsa2048' })), TO_THE_LETTER, NOW)
  t.equal(short.level, 'mandatory')
  t.same(
    short.reasons.map(({ code, severity }) => [code, severity]),
    [['rsa_lt_3000', 'fail']],
  )
  const signed = judge(goodFacts(await pki({}, { kind: 'rsa2048' })), TO_THE_LETTER, NOW)
  t.match(signed.reasons, [
    { code: 'rsa_lt_3000', severity: 'fail' },
    { code: 'cert_sig_rsa_pkcs1_v15', severity: 'fail', evidence: { until: 2025 } },
  ])
  t.equal(signed.profile, 'bsi-2026')
  t.equal(signed.edition, 'BSI TR-02102-2, 2026-01')
})

await t.test('what the guideline ends in a year is over in the next', async t => {
  const made = await pki({ to: '2040-01-01T00:00:00Z' }, { to: '2040-01-01T00:00:00Z' })
  const session = goodSession(made, {
    protocol: 'TLSv1.2',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    revocation: [],
  })
  const at = (year: number) => {
    const probedAt = Date.UTC(year, 5, 1)
    const hosts = [goodHost(made, { connections: [connection(session)] })]
    const { reasons } = judge(goodFacts(made, { hosts, probedAt }), COMPATIBLE, probedAt)
    return reasons.filter(({ code }) => code === 'suite_not_bsi')
  }
  t.same(at(2031), [])
  t.match(at(2032), [{ evidence: { until: 2031 } }])
})

await t.test('a server that fails alone is left out of the match', async t => {
  const first = await pki()
  const second = await pki({ name: 'mx2.example.com', extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] })
  const facts = goodFacts(first, {
    hosts: [goodHost(first), goodHost(second, { host: 'mx2.example.com' })],
  })
  const verdict = judge(facts, COMPATIBLE, NOW)
  t.equal(verdict.level, 'qualified')
  t.same(verdict.match, ['mx1.example.com'])
  t.match(verdict.reasons, [{ code: 'cert_purpose', severity: 'fail', host: 'mx2.example.com' }])
})

await t.test('a server outside must not have a name of the match in its certificate', async t => {
  const first = await pki()
  const names = ['mx1.example.com', 'mx2.example.com']
  // Postfix would take both: it looks at neither key sizes nor what was injected.
  const weak = await pki({ name: 'mx2.example.com', dns: names, kind: 'rsa1024' })
  const facts = goodFacts(first, {
    hosts: [goodHost(first), goodHost(weak, { host: 'mx2.example.com' })],
  })
  t.equal(judge(facts, COMPATIBLE, NOW).level, 'mandatory')
  const own = await pki({ name: 'mx2.example.com', kind: 'rsa1024' })
  const apart = goodFacts(first, {
    hosts: [goodHost(first), goodHost(own, { host: 'mx2.example.com' })],
  })
  t.same(judge(apart, COMPATIBLE, NOW).match, ['mx1.example.com'])
  const expired = await pki({ name: 'mx2.example.com', dns: names, to: '2026-11-01T00:00:00Z' })
  const refused = goodFacts(first, {
    hosts: [goodHost(first), goodHost(expired, { host: 'mx2.example.com' })],
  })
  t.same(judge(refused, COMPATIBLE, NOW).match, ['mx1.example.com'], 'Postfix refuses it by itself')
})

await t.test('keys are those of the match alone, as Postfix prints them', async t => {
  const made = await pki()
  const { spki } = judge(goodFacts(made), COMPATIBLE, NOW)
  t.equal(spki.length, 1)
  t.match(spki[0] ?? '', /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
})

await t.test('DANE stands in for authorities, names and dates', async t => {
  const alone = await certificate({
    name: 'anything',
    dns: ['anything.example'],
    to: '2026-02-01T00:00:00Z',
  })
  const made = await pki()
  const records = [{ usage: 3, selector: 0, matchingType: 0, data: alone.base64 }]
  const hosts = [
    goodHost(made, {
      tlsa: { state: 'secure', owner: '_25._tcp.mx1.example.com', records },
      connections: [connection(sessionOf([alone], [], { revocation: [] }))],
    }),
  ]
  const facts = goodFacts(made, { hosts })
  const verdict = judge(facts, COMPATIBLE, NOW)
  t.equal(verdict.level, 'qualified')
  t.ok(verdict.dane)
  t.same(verdict.match, ['mx1.example.com'])
  t.same(verdict.reasons, [])
  const unsigned = { ...facts, mx: { ...facts.mx, state: 'insecure' as const } }
  const without = judge(unsigned, COMPATIBLE, NOW)
  t.equal(without.level, 'mandatory', 'but not for the binding of the domain to the server')
  t.notOk(without.dane)
  const bare = goodFacts(made, {
    hosts: hosts.map(host => ({ ...host, addressState: 'insecure' as const })),
  })
  t.equal(judge(bare, COMPATIBLE, NOW).level, 'mandatory', 'and not without signed addresses')
})

await t.test('a domain with DANE at one server and authorities at the other', async t => {
  const made = await pki()
  const second = await pki({ name: 'mx2.example.com' })
  const records = [{ usage: 3, selector: 0, matchingType: 0, data: made.leaf.base64 }]
  const tlsa = { state: 'secure', owner: '_25._tcp.mx1.example.com', records } as const
  const both = goodFacts(made, {
    hosts: [goodHost(made, { tlsa }), goodHost(second, { host: 'mx2.example.com' })],
  })
  const verdict = judge(both, COMPATIBLE, NOW)
  t.notOk(verdict.dane, 'the other one would be shut out')
  t.same(verdict.match, ['mx1.example.com', 'mx2.example.com'])
  const bad = await pki({ name: 'mx2.example.com', dns: ['other.example'] })
  const one = goodFacts(made, {
    hosts: [goodHost(made, { tlsa }), goodHost(bad, { host: 'mx2.example.com' })],
  })
  t.ok(judge(one, COMPATIBLE, NOW).dane)
  t.same(judge(one, COMPATIBLE, NOW).match, ['mx1.example.com'])
})

await t.test('what binds a domain to its servers is a matter of policy', async t => {
  const made = await pki()
  const good = goodFacts(made)
  const facts = {
    ...good,
    mx: { ...good.mx, state: 'insecure' as const },
    agreement: { resolvers: 3, since: NOW - 25 * HOUR, hosts: ['mx1.example.com'] },
  }
  const verdict = judge(facts, COMPATIBLE, NOW)
  t.equal(verdict.level, 'mandatory')
  t.same(
    verdict.bindings.map(({ binding, counts, hosts, level, levelIfHeld }) => [
      binding,
      counts,
      hosts.length,
      level,
      levelIfHeld,
    ]),
    [
      ['dnssec', true, 0, 'mandatory', 'qualified'],
      ['dane', true, 0, 'mandatory', 'qualified'],
      ['mta-sts', true, 0, 'mandatory', 'qualified'],
      ['confirmation', true, 0, 'mandatory', 'qualified'],
      ['own-name', false, 1, 'qualified', 'qualified'],
      ['agreement', false, 1, 'qualified', 'qualified'],
    ],
  )
  for (const binding of ['own-name', 'agreement'] as const) {
    const bindings = [...DEFAULT_BINDINGS, binding]
    t.equal(judge(facts, COMPATIBLE, NOW, { bindings }).level, 'qualified', binding)
  }
  const young = { ...facts, agreement: { ...facts.agreement, since: NOW - HOUR } }
  const bindings = ['agreement'] as const
  t.equal(judge(young, COMPATIBLE, NOW, { bindings }).level, 'mandatory')
  const by = { by: 'anna', reason: 'told on the phone' }
  const confirmed = (...hosts: string[]) =>
    judge(facts, COMPATIBLE, NOW, { confirmation: { ...by, hosts } }).level
  t.equal(confirmed('mx1.example.com'), 'qualified')
  t.equal(confirmed('.example.com'), 'qualified')
  t.equal(confirmed('mx2.example.com'), 'mandatory')
})

await t.test('a verdict holds until the first thing that ends', async t => {
  const made = await pki()
  const until = (change: Parameters<typeof goodFacts>[1], at = NOW) =>
    (judge(goodFacts(made, change), COMPATIBLE, at).until - NOW) / HOUR
  const good = goodFacts(made)
  const ttl = (ttlSeconds: number) => ({ mx: { ...good.mx, ttlSeconds } })
  t.equal(until({}), 24)
  t.equal(until(ttl(7200)), 2)
  t.equal(until(ttl(60)), 1, 'an hour at least')
  t.equal(until({ hosts: [] }), 0.5)
  t.equal(until({ mx: { ...good.mx, state: 'timeout', kind: 'unanswered' } }), 0.25)
  t.equal(until({ mx: { ...good.mx, state: 'insecure' } }), 4, 'a binding comes seldom')
  const soon = await pki({ to: '2026-11-30T15:00:00Z' })
  t.equal((judge(goodFacts(soon), COMPATIBLE, NOW).until - NOW) / HOUR, 3)
})

await t.test('a verdict made again too late is undetermined', async t => {
  const facts = goodFacts(await pki())
  t.equal(judge(facts, COMPATIBLE, NOW + 23 * HOUR).level, 'qualified')
  const late = judge(facts, COMPATIBLE, NOW + 24 * HOUR)
  t.equal(late.level, 'undetermined')
  t.match(late.reasons, [{ code: 'verdict_expired' }])
  t.same(late.match, [])
})

await t.test('the same facts give the same verdict, and it cannot be changed', async t => {
  const facts = goodFacts(await pki())
  const verdict = judge(facts, COMPATIBLE, NOW)
  t.same(judge(JSON.parse(JSON.stringify(facts)), COMPATIBLE, NOW), verdict)
  t.ok(Object.isFrozen(verdict) && Object.isFrozen(verdict.match))
})
