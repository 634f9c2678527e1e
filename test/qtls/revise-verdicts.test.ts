import t from 'tap'
import type { DomainFacts } from '../../src/qtls/facts.js'
import { reviseVerdicts, type Revised } from '../../src/qtls/revise-verdicts.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { verdictRules } from '../../src/qtls/verdict-rules.js'
import type { Confirmation, RevisedVerdict, StaleVerdict } from '../../src/store/verdicts.js'
import { goodFacts } from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'

const good = goodFacts(await pki())
const rules = verdictRules(readTlsProfile('bsi-compatible'), ['dnssec', 'confirmation'])
const strict = verdictRules(readTlsProfile('bsi-2026'), ['dnssec', 'confirmation'])
const { signal } = new AbortController()

const stale = (domain: string, facts: unknown, more: Partial<StaleVerdict> = {}): StaleVerdict => ({
  domain,
  probedAt: NOW,
  reasons: [],
  facts,
  ...more,
})

function bench(all: readonly StaleVerdict[], confirmations: readonly Confirmation[] = []) {
  const asked: (string | undefined)[] = []
  const kept: RevisedVerdict[] = []
  const told: Revised[] = []
  const store = {
    listConfirmations: async () => confirmations,
    verdictsByOtherRules: async (question: { after: string; limit: number; rules?: unknown }) => {
      asked.push(question.rules as string | undefined)
      return all.filter(({ domain }) => domain > question.after).slice(0, question.limit)
    },
    reviseVerdicts: async (revised: readonly RevisedVerdict[]) => {
      kept.push(...revised)
      return revised.map(({ domain }) => ({
        domain,
        outcome: domain === 'd9.example' ? ('dropped' as const) : ('saved' as const),
        before: 'qualified' as const,
        changed: true,
      }))
    },
  }
  const onRevised = (slice: readonly Revised[]): void => void told.push(...slice)
  return { store, asked, kept, told, onRevised, now: () => NOW + 1000 }
}

const factsOf = (domain: string): DomainFacts => ({ ...good, domain })

t.test('verdicts follow the rules, from the facts alone, slice by slice', async t => {
  const names = Array.from({ length: 23 }, (_, index) => `d${10 + index}.example`)
  const one = bench(names.map(name => stale(name, factsOf(name))))
  t.equal(await reviseVerdicts({ ...one, rules }, signal), 23)
  t.same(
    one.kept.map(({ domain }) => domain),
    names,
  )
  t.same(new Set(one.kept.map(({ verdict }) => verdict?.level)), new Set(['qualified']))
  t.same(one.asked, [rules.digest, rules.digest, rules.digest])
  t.match(one.kept[0], { probedAt: NOW, rules: rules.digest, dueAt: Number })

  const other = bench([stale('example.com', good)])
  await reviseVerdicts({ ...other, rules: strict, all: true }, signal)
  t.same(other.asked, [undefined])
  t.match(other.kept, [
    { rules: strict.digest, verdict: { profile: 'bsi-2026', domain: 'example.com' } },
  ])
})

t.test('the time of the facts counts, not that of the new verdict', async t => {
  const late = bench([stale('example.com', good)])
  await reviseVerdicts({ ...late, rules, now: () => NOW + 365 * 86_400_000 }, signal)
  t.match(late.kept, [{ verdict: { level: 'undetermined' } }])
})

t.test("an administrator's word counts as it stands now", async t => {
  const unsigned = { ...good, mx: { ...good.mx, state: 'insecure' as const } }
  const level = async (confirmations: readonly Confirmation[]) => {
    const one = bench([stale('example.com', unsigned)], confirmations)
    await reviseVerdicts({ ...one, rules }, signal)
    return one.kept[0]?.verdict?.level
  }
  t.equal(await level([]), 'mandatory')
  const word = { id: 1, kind: 'domain', pattern: 'example.com', by: 'a', reason: 'r' } as const
  t.equal(await level([{ ...word, at: NOW, until: undefined }]), 'qualified')
})

t.test('without facts there is no verdict, and the domain is due', async t => {
  const one = bench([
    stale('a.example', undefined),
    stale('b.example', { something: 'else' }),
    stale('c.example', factsOf('other.example')),
    stale('d9.example', factsOf('d9.example')),
  ])
  t.equal(await reviseVerdicts({ ...one, rules }, signal), 1)
  const due = { verdict: undefined, dueAt: NOW + 1000 }
  t.match(one.kept, [due, due, due, { verdict: { level: 'qualified' } }])
  t.same(
    one.told.map(({ change }) => change.domain),
    ['a.example', 'b.example', 'c.example'],
    'one that was replaced meanwhile is not told of',
  )
})

t.test('that STARTTLS was lost is not forgotten', async t => {
  const lost = { code: 'starttls_disappeared', severity: 'fail', evidence: {} } as const
  const other = { code: 'host_mismatch', severity: 'fail', evidence: {} } as const
  const one = bench([stale('example.com', good, { reasons: [lost, other] })])
  await reviseVerdicts({ ...one, rules }, signal)
  const codes = one.kept[0]?.verdict?.reasons.map(({ code }) => code) ?? []
  t.ok(codes.includes('starttls_disappeared'))
  t.notOk(codes.includes('host_mismatch'))
})

t.test('an end by signal leaves the rest', async t => {
  const one = bench([stale('example.com', good)])
  await t.rejects(reviseVerdicts({ ...one, rules }, AbortSignal.abort(new Error('over'))), {
    message: 'over',
  })
  t.same(one.kept, [])
})
