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
  /** Tries in a row that found nothing out. */
  readonly tries: number
  /** Since when the domain is known, or its last verdict is over; undefined: it is not known. */
  readonly since: number | undefined
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
  const known = await db
    .selectFrom('domain_schedule as known')
    .leftJoin('domain_verdict as verdict', 'verdict.domain', 'known.domain')
    .select(['known.known_at', 'known.tries', 'verdict.until'])
    .where('known.domain', '=', domain)
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
    tries: known?.tries ?? 0,
    since: known && Math.max(known.known_at, Math.min(known.until ?? 0, now)),
  }
}
