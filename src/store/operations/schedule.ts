import { sql, type Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import type { DueDomain, DueKind, DueTake, NamedTake } from '../verdicts.js'
import { parts } from './parts.js'

/** Most domains that are taken with one question. */
const MAX_TAKEN = 1000

interface TakenRow {
  readonly domain: string
  readonly tries: number
  readonly asked_why: string | null
}

/**
 * Takes domains whose time has come. The condition stands twice because two processes may ask at once:
 * the second sees that the first has them by then.
 */
export async function takeDue(
  db: Kysely<Schema>,
  { kind, owner, limit, leaseMs, now }: DueTake & { readonly now: number },
): Promise<readonly DueDomain[]> {
  const time = kind === 'asked' ? sql.ref('asked_at') : sql.ref('due_at')
  const isFree = sql`${time} <= ${now} and leased_until <= ${now}`
  const { rows } = await sql<TakenRow & { readonly since: number }>`
    update domain_schedule set leased_until = ${now + leaseMs}, leased_by = ${owner}
    where ${isFree} and domain in (
      select domain from domain_schedule where ${isFree}
      order by ${time}, domain limit ${Math.min(limit, MAX_TAKEN)})
    returning domain, tries, asked_why, ${time} as since`.execute(db)
  return [...rows].sort((a, b) => a.since - b.since || (a.domain < b.domain ? -1 : 1)).map(toDue)
}

/** Takes domains that a person names; they stay on the list until a person takes them out. */
export async function takeNamed(
  db: Kysely<Schema>,
  { domains, owner, leaseMs, now }: NamedTake & { readonly now: number },
): Promise<readonly DueDomain[]> {
  return db.transaction().execute(async transaction => {
    const taken: TakenRow[] = []
    for (const part of parts([...new Set(domains)])) {
      await transaction
        .insertInto('domain_schedule')
        .values(
          part.map(domain => ({
            domain,
            origin: 'named' as const,
            known_at: now,
            seen_at: now,
            due_at: now,
            tries: 0,
            leased_until: 0,
          })),
        )
        .onConflict(conflict =>
          conflict.column('domain').doUpdateSet({ origin: 'named', seen_at: now }),
        )
        .execute()
      const rows = await transaction
        .updateTable('domain_schedule')
        .set({ leased_until: now + leaseMs, leased_by: owner })
        .where('domain', 'in', part)
        .where('leased_until', '<=', now)
        .returning(['domain', 'tries', 'asked_why'])
        .execute()
      taken.push(...rows)
    }
    const places = new Map(domains.map((domain, place) => [domain, place]))
    const placeOf = ({ domain }: TakenRow): number => places.get(domain) ?? 0
    return taken.sort((a, b) => placeOf(a) - placeOf(b)).map(toDue)
  })
}

/** Ends leases of domains that nothing was found out about. */
export async function giveBack(
  db: Kysely<Schema>,
  { owner, domains }: { readonly owner: string; readonly domains: readonly string[] },
): Promise<void> {
  for (const part of parts(domains)) {
    await db
      .updateTable('domain_schedule')
      .set({ leased_until: 0, leased_by: null })
      .where('domain', 'in', part)
      .where('leased_by', '=', owner)
      .execute()
  }
}

/** Those that somebody holds at the moment count as well. */
export async function countDue(
  db: Kysely<Schema>,
  { now }: { readonly now: number },
): Promise<Readonly<Record<DueKind, number>>> {
  const count = async (column: 'asked_at' | 'due_at'): Promise<number> => {
    const { count } = await db
      .selectFrom('domain_schedule')
      .select(select => select.fn.countAll<number>().as('count'))
      .where(column, '<=', now)
      .executeTakeFirstOrThrow()
    return count
  }
  return { asked: await count('asked_at'), due: await count('due_at') }
}

function toDue({ domain, tries, asked_why }: TakenRow): DueDomain {
  return { domain, tries, why: asked_why ?? undefined }
}
