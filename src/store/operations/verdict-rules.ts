import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import type { StoredReason, VerdictChange, VerdictRecord } from '../verdicts.js'
import { columnsOf, fingerprint, inOneRevision, reasonsIn, rowOf } from './verdicts.js'

export interface StaleQuestion {
  readonly after: string
  readonly limit: number
  /** Verdicts by these rules are left out; undefined: none is. */
  readonly rules: string | undefined
}

export interface StaleRow {
  readonly domain: string
  readonly probedAt: number
  readonly reasons: readonly StoredReason[]
  /** JSON; null where none are kept. */
  readonly facts: string | null
}

/** Verdicts that were made by other rules, with their facts, by name of the domain. */
export async function staleVerdicts(
  db: Kysely<Schema>,
  { after, limit, rules }: StaleQuestion,
): Promise<readonly StaleRow[]> {
  const rows = await db
    .selectFrom('domain_verdict as verdict')
    .leftJoin('domain_facts as known', 'known.domain', 'verdict.domain')
    .select(['verdict.domain', 'verdict.probed_at', 'verdict.reasons', 'known.facts'])
    .where('verdict.domain', '>', after)
    .$if(rules !== undefined, query => query.where('verdict.rules', '<>', rules ?? ''))
    .orderBy('verdict.domain')
    .limit(limit)
    .execute()
  return rows.map(({ domain, probed_at, reasons, facts }) => ({
    domain,
    probedAt: probed_at,
    reasons: reasonsIn(reasons),
    facts,
  }))
}

export interface RevisedRow {
  readonly domain: string
  /** Of the verdict that it takes the place of; another one that came meanwhile stays. */
  readonly probedAt: number
  readonly rules: string
  /** Undefined: it cannot be made anew, and the domain has to be looked at. */
  readonly verdict: VerdictRecord | undefined
  readonly dueAt: number
}

/**
 * Puts verdicts in place that were made anew from the same facts. Nobody has looked at the domains:
 * leases, tries and the last try stay as they are.
 */
export async function reviseVerdicts(
  db: Kysely<Schema>,
  { revised, at }: { readonly revised: readonly RevisedRow[]; readonly at: number },
): Promise<readonly VerdictChange[]> {
  return inOneRevision(db, revised, (transaction, one, revision) =>
    revise(transaction, one, at, revision),
  )
}

async function revise(
  db: Kysely<Schema>,
  { domain, probedAt, rules, verdict, dueAt }: RevisedRow,
  at: number,
  revision: number,
): Promise<VerdictChange> {
  const earlier = await rowOf(db, domain)
  const before = earlier?.level
  if (earlier === undefined || earlier.probed_at !== probedAt)
    return { domain, outcome: 'dropped', before, changed: false }
  await db
    .updateTable('domain_schedule')
    .set({ due_at: dueAt })
    .where('domain', '=', domain)
    .where('due_at', '>', dueAt)
    .execute()
  if (verdict === undefined) return { domain, outcome: 'kept', before, changed: false }
  const row = columnsOf(verdict, at)
  await db
    .updateTable('domain_verdict')
    .set({ ...row, rules, revision })
    .where('domain', '=', domain)
    .execute()
  const changed = fingerprint(earlier) !== fingerprint(row)
  if (changed)
    await db
      .insertInto('domain_verdict_change')
      .values({ ...row, in_force: 1 })
      .execute()
  return { domain, outcome: 'saved', before, changed }
}
