import t from 'tap'
import { asTested } from '../../src/qtls/as-tested.js'
import { judge } from '../../src/qtls/judge.js'
import { mergeWithEarlier } from '../../src/qtls/merge-verdicts.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { DEFAULT_BINDINGS } from '../../src/qtls/verdict-model.js'
import type { DomainFacts, RevocationSource } from '../../src/qtls/facts.js'
import {
  connection,
  ended,
  goodFacts,
  goodHost,
  goodSession,
  source,
  status,
} from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const PROFILE = readTlsProfile('bsi-compatible')
const MINUTE = 60_000
const made = await pki()
const second = await pki({ name: 'mx2.example.com' })
const good = judge(goodFacts(made), PROFILE, NOW)

const later = (change: Partial<DomainFacts>, after = 10 * MINUTE) =>
  judge(goodFacts(made, { probedAt: NOW + after, ...change }), PROFILE, NOW + after)

const ends = (end: Parameters<typeof ended>[0]): Partial<DomainFacts> => ({
  hosts: [goodHost(made, { connections: [ended(end)] })],
})

await t.test('the first verdict stands as it is', async t => {
  const { verdict, isEarlier, alarms } = mergeWithEarlier(undefined, good, NOW)
  t.equal(verdict, good)
  t.notOk(isEarlier)
  t.same(alarms, [])
})

await t.test('what could only not be tested never undoes a good verdict that holds', async t => {
  for (const end of ['smtp-4xx', 'timeout', 'refused', 'unreachable', 'closed'] as const) {
    const merged = mergeWithEarlier(good, later(ends(end)), NOW + 10 * MINUTE)
    t.ok(merged.isEarlier, end)
    t.equal(merged.verdict.level, 'qualified')
    t.same(merged.verdict.match, ['mx1.example.com'])
    t.equal(merged.verdict.until, good.until, 'and is not made longer')
    t.equal(merged.verdict.reasons.length, 1, 'it says what was in the way')
    t.same(merged.alarms, [])
  }
  const servfail = later({ mx: { ...goodFacts(made).mx, state: 'servfail' } })
  t.equal(mergeWithEarlier(good, servfail, NOW + 10 * MINUTE).verdict.level, 'qualified')
})

await t.test('when its time is over, it is undetermined and says since when', async t => {
  const { verdict, isEarlier } = mergeWithEarlier(good, later(ends('timeout')), good.until)
  t.notOk(isEarlier)
  t.equal(verdict.level, 'undetermined')
  t.match(verdict.reasons, [
    { code: 'verdict_expired', evidence: { until: '2026-12-01T12:00:00.000Z' } },
    { code: 'timeout' },
  ])
})

await t.test('a server that fails for sure undoes it at once', async t => {
  const bad = await pki({ dns: ['other.example.com'] })
  const latest = later({ hosts: [goodHost(bad)] })
  const merged = mergeWithEarlier(good, latest, NOW + 10 * MINUTE)
  t.notOk(merged.isEarlier)
  t.equal(merged.verdict.level, 'mandatory')
})

await t.test('a server that is worse counts only once the good ones were tested', async t => {
  const bad = await pki({ name: 'mx2.example.com', dns: ['other.example.com'] })
  const other = goodHost(bad, { host: 'mx2.example.com' })
  const silent = goodHost(made, { connections: [ended('timeout')] })
  const latest = later({ hosts: [silent, other] })
  t.equal(latest.level, 'mandatory')
  t.ok(mergeWithEarlier(good, latest, NOW + 10 * MINUTE).isEarlier)
})

await t.test('STARTTLS that disappears keeps the verdict and is an alarm', async t => {
  for (const end of ['no-starttls', 'starttls-stripped'] as const) {
    const merged = mergeWithEarlier(good, later(ends(end)), NOW + 10 * MINUTE)
    t.ok(merged.isEarlier)
    t.equal(merged.verdict.level, 'qualified')
    t.match(merged.verdict.reasons[0], { code: 'starttls_disappeared', host: 'mx1.example.com' })
    t.same(merged.alarms, [{ what: 'starttls_disappeared', host: 'mx1.example.com' }])
    const over = mergeWithEarlier(good, later(ends(end), 1500 * MINUTE), good.until)
    t.equal(over.verdict.level, 'none', 'until its time is over')
    t.match(over.verdict.reasons[0], { code: 'starttls_disappeared' })
    t.equal(over.alarms.length, 1)
  }
  const mandatory = later({ mx: { ...goodFacts(made).mx, state: 'insecure' } })
  const merged = mergeWithEarlier(
    mandatory,
    later(ends('no-starttls'), 20 * MINUTE),
    NOW + 20 * MINUTE,
  )
  t.equal(merged.verdict.level, 'mandatory')
})

await t.test('a server that was never seen with STARTTLS is no alarm', async t => {
  const first = later(ends('no-starttls'))
  t.same(mergeWithEarlier(first, later(ends('no-starttls'), 60 * MINUTE), NOW).alarms, [])
})

await t.test('DANE that is lost is an alarm, and the new verdict counts', async t => {
  const records = [{ usage: 3, selector: 0, matchingType: 0, data: made.leaf.base64 }]
  const tlsa = { state: 'secure', owner: '_25._tcp.mx1.example.com', records } as const
  const before = later({ hosts: [goodHost(made, { tlsa })] }, 0)
  t.ok(before.dane)
  const { alarms, verdict } = mergeWithEarlier(before, later({}), NOW + 10 * MINUTE)
  t.same(alarms, [{ what: 'dane_lost', host: 'mx1.example.com' }])
  t.equal(verdict.level, 'qualified')
  t.notOk(verdict.dane)
  const silent = mergeWithEarlier(before, later(ends('timeout')), NOW + 10 * MINUTE)
  t.same(silent.alarms, [], 'a server that is silent has lost nothing')
  const unsigned = later({
    hosts: [goodHost(made, { tlsa })],
    mx: { ...goodFacts(made).mx, state: 'insecure' },
  })
  t.same(
    mergeWithEarlier(before, unsigned, NOW + 10 * MINUTE).alarms,
    [{ what: 'dane_lost', host: undefined }],
    'nor is it DANE without a signed MX',
  )
})

await t.test('DANE of one server of two, and of a verdict that is over, is missed too', async t => {
  const records = [{ usage: 3, selector: 0, matchingType: 0, data: made.leaf.base64 }]
  const tlsa = { state: 'secure', owner: '_25._tcp.mx1.example.com', records } as const
  const other = goodHost(second, { host: 'mx2.example.com' })
  const before = later({ hosts: [goodHost(made, { tlsa }), other] }, 0)
  t.notOk(before.dane, 'the domain as a whole had none')
  const lost = [{ what: 'dane_lost', host: 'mx1.example.com' }]
  const without = { hosts: [goodHost(made), other] }
  t.same(mergeWithEarlier(before, later(without), NOW + 10 * MINUTE).alarms, lost)
  const old = goodFacts(made, { hosts: [goodHost(made, { tlsa })] })
  const over = judge(old, PROFILE, NOW + 2000 * MINUTE)
  t.equal(over.level, 'undetermined')
  t.same(mergeWithEarlier(over, later({}, 2000 * MINUTE), NOW + 2000 * MINUTE).alarms, lost)
})

const withRevocation = (state: RevocationSource['state']): Partial<DomainFacts> => {
  const revocation = [status(0, source('crl', state), source('ocsp', 'unavailable'))]
  const session = goodSession(made)
  const above = session.revocation.slice(1)
  return {
    hosts: [
      goodHost(made, {
        connections: [connection({ ...session, revocation: [...revocation, ...above] })],
      }),
    ],
  }
}

const mergedWith = (change: Partial<DomainFacts>, now = NOW + 10 * MINUTE, before = good) => {
  const facts = goodFacts(made, { probedAt: now, ...change })
  const options = { bindings: [...DEFAULT_BINDINGS, 'agreement'] as const }
  return mergeWithEarlier(before, judge(facts, PROFILE, now, options), now, {
    asTested: () => judge(asTested(facts, now), PROFILE, now, options),
  })
}

await t.test('authorities that do not answer do not undo a verdict that holds', async t => {
  for (const state of ['unavailable', 'stale'] as const) {
    const { verdict, isEarlier } = mergedWith(withRevocation(state))
    t.ok(isEarlier, state)
    t.equal(verdict.level, 'qualified')
    t.equal(verdict.until, good.until)
    t.match(verdict.reasons[0], { code: 'revocation_unavailable', host: 'mx1.example.com' })
  }
  const over = mergedWith(withRevocation('unavailable'), good.until)
  t.notOk(over.isEarlier)
  t.equal(over.verdict.level, 'mandatory', 'until its time is over')
})

await t.test('an answer, or another fault beside the silence, counts at once', async t => {
  for (const state of ['revoked', 'unknown', 'bad-signature'] as const) {
    const { verdict, isEarlier } = mergedWith(withRevocation(state))
    t.notOk(isEarlier, state)
    t.not(verdict.level, 'qualified')
  }
  const unsigned = { mx: { ...goodFacts(made).mx, state: 'insecure' } } as const
  t.notOk(mergedWith({ ...withRevocation('unavailable'), ...unsigned }).isEarlier)
})

await t.test('a resolver that is silent does not undo an agreement', async t => {
  const mx = { ...goodFacts(made).mx, state: 'insecure' } as const
  const agreement = { resolvers: 3, since: NOW - 1500 * MINUTE, hosts: ['mx1.example.com'] }
  const options = { bindings: [...DEFAULT_BINDINGS, 'agreement'] as const }
  const before = judge(goodFacts(made, { mx, agreement }), PROFILE, NOW, options)
  t.equal(before.level, 'qualified')
  const silent = { mx, agreement: { ...agreement, silent: 1 } }
  const now = NOW + 10 * MINUTE
  const merged = mergedWith(silent, now, before)
  t.ok(merged.isEarlier)
  t.equal(merged.verdict.until, before.until)
  t.equal(mergedWith(silent, before.until, before).verdict.level, 'mandatory')
  t.notOk(mergedWith({ mx, agreement: undefined }, now, before).isEarlier, 'one that differs does')
})

await t.test('reasons of earlier disturbances do not pile up', async t => {
  let merged = mergeWithEarlier(good, later(ends('timeout')), NOW + MINUTE)
  for (const end of ['timeout', 'smtp-4xx', 'no-starttls', 'refused', 'no-starttls'] as const)
    merged = mergeWithEarlier(merged.verdict, later(ends(end)), NOW + MINUTE)
  t.same(
    merged.verdict.reasons.map(({ code }) => code),
    ['starttls_disappeared', 'no_starttls'],
  )
})

await t.test('a better verdict takes the place of any', async t => {
  const both = { hosts: [goodHost(made), goodHost(second, { host: 'mx2.example.com' })] }
  const merged = mergeWithEarlier(later(ends('timeout')), later(both), NOW + 10 * MINUTE)
  t.notOk(merged.isEarlier)
  t.same(merged.verdict.match, ['mx1.example.com', 'mx2.example.com'])
})
