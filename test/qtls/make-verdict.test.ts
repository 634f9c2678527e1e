import t from 'tap'
import { confirmationOf, VerdictMaker } from '../../src/qtls/make-verdict.js'
import type { DomainFacts } from '../../src/qtls/facts.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { verdictRules } from '../../src/qtls/verdict-rules.js'
import type { Confirmation, FoundVerdict } from '../../src/store/verdicts.js'
import { ended, goodFacts, goodHost } from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const { signal } = new AbortController()
const good = goodFacts(await pki())
const rules = verdictRules(readTlsProfile('bsi-compatible'), ['dnssec', 'confirmation'])

function bench(facts: DomainFacts, earlier?: unknown, confirmations: Confirmation[] = []) {
  const saved: FoundVerdict[] = []
  const given: unknown[] = []
  const maker = new VerdictMaker({
    prober: {
      probe: async (_, __, before) => {
        given.push(before)
        return facts
      },
    },
    rules: () => rules,
    store: {
      earlierFacts: async () => earlier,
      saveVerdict: async found => {
        saved.push(found)
        return { domain: found.verdict.domain, outcome: 'saved', before: undefined, changed: true }
      },
      listConfirmations: async () => confirmations,
    },
    now: () => NOW,
  })
  return { make: () => maker.make('example.com', signal), saved, given }
}

const word = (kind: 'domain' | 'mx', pattern: string): Confirmation => ({
  id: 1,
  kind,
  pattern,
  by: 'anna',
  reason: 'asked',
  at: NOW,
  until: undefined,
})

await t.test('facts are judged, and kept with the verdict and the next time', async t => {
  const { make, saved } = bench(good)
  t.match(await make(), { verdict: { level: 'qualified' }, isEarlier: false, alarms: [] })
  t.match(saved, [
    { verdict: { level: 'qualified' }, rules: rules.digest, facts: good, probedAt: NOW },
  ])
  t.ok((saved[0]?.dueAt ?? 0) > NOW)
})

await t.test('what was found before goes to the prober, when it is facts', async t => {
  const earlier = { ...good, probedAt: NOW - 1000 }
  const one = bench(good, earlier)
  await one.make()
  t.same(one.given, [earlier])
  const other = bench(good, { something: 'else' })
  await other.make()
  t.same(other.given, [undefined])
})

await t.test('a try that finds nothing out leaves the verdict that holds', async t => {
  const hosts = [goodHost(await pki(), { connections: [ended('timeout')] })]
  const { make, saved } = bench({ ...good, hosts }, { ...good, probedAt: NOW - 1000 })
  t.match(await make(), { verdict: { level: 'qualified' }, isEarlier: true })
  t.match(saved, [{ verdict: { level: 'undetermined' }, dueAt: NOW + 15 * 60_000 }])
})

await t.test('STARTTLS that is gone is an alarm', async t => {
  const hosts = [goodHost(await pki(), { connections: [ended('no-starttls', 'ehlo')] })]
  const { make } = bench({ ...good, hosts }, { ...good, probedAt: NOW - 1000 })
  const { alarms, isEarlier } = await make()
  t.match(alarms, [{ what: 'starttls_disappeared' }])
  t.equal(isEarlier, true)
})

await t.test("an administrator's word binds a domain that nobody signed", async t => {
  const unsigned = { ...good, mx: { ...good.mx, state: 'insecure' as const } }
  t.match(await bench(unsigned).make(), { verdict: { level: 'mandatory' } })
  const { make } = bench(unsigned, undefined, [word('domain', 'example.com')])
  t.match(await make(), { verdict: { level: 'qualified' } })
})

await t.test('a word on servers holds when it is true of all of them', async t => {
  const of = (...names: string[]) => ({
    domain: 'd.test',
    hosts: names.map(host => ({ host })) as unknown as DomainFacts['hosts'],
  })
  const said = [word('mx', '.mail.test'), word('domain', '.d.test')]
  t.match(confirmationOf(of('a.mail.test', 'b.mail.test'), said), {
    by: 'anna',
    hosts: ['a.mail.test', 'b.mail.test'],
  })
  t.equal(confirmationOf(of('a.mail.test', 'b.other.test'), said), undefined)
  t.equal(confirmationOf(of(), said), undefined)
  t.match(confirmationOf({ ...of('x.test'), domain: 'sub.d.test' }, said), { hosts: ['x.test'] })
})
