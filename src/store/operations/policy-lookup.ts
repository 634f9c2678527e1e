import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import { parentsOf, type PageVerdict, type SetLevel } from './level-lookup.js'

/** All that speaks of one domain at a time. */
export interface PolicyRows {
  /** Of the name itself. */
  readonly set: readonly SetLevel[]
  /** Of everything below its parents, the nearest last. */
  readonly below: readonly SetLevel[]
  readonly verdict: PageVerdict | undefined
  /** When the first of them is over; undefined: never. */
  readonly until: number | undefined
}

/**
 * Gives what is in force for a domain, or for everything below one (`.example.org`). With `rules` only a
 * verdict by these counts.
 */
export async function policyRows(
  db: Kysely<Schema>,
  {
    domain,
    now,
    rules,
  }: { readonly domain: string; readonly now: number; readonly rules?: string | undefined },
): Promise<PolicyRows> {
  const parents = parentsOf(domain.startsWith('.') ? domain.slice(1) : domain)
  const rows = await db
    .selectFrom('domain_level')
    .select(['customer_id', 'domain', 'level', 'match_hosts', 'dane', 'next_hop', 'until'])
    .where('domain', 'in', [domain, ...parents])
    .where(where => where.or([where('until', 'is', null), where('until', '>', now)]))
    .orderBy('customer_id')
    .execute()
  const verdict = await db
    .selectFrom('domain_verdict')
    .select(['domain', 'level', 'match_hosts', 'spki', 'dane', 'until'])
    .where('domain', '=', domain)
    .where('until', '>', now)
    .$if(rules !== undefined, query => query.where('rules', '=', rules ?? ''))
    .executeTakeFirst()
  const ends = [...rows, ...(verdict === undefined ? [] : [verdict])].flatMap(
    ({ until }) => until ?? [],
  )
  return {
    set: rows.filter(row => row.domain === domain),
    below: rows
      .filter(row => row.domain !== domain)
      .sort((a, b) => a.domain.length - b.domain.length),
    verdict,
    until: ends.length === 0 ? undefined : Math.min(...ends),
  }
}
