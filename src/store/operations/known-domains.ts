import { sql, type Kysely } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import { normalDomain } from '../domain-name.js'
import type { Schema } from '../schema.js'
import type { KnownDomain } from '../verdicts.js'
import { addAudit } from './audit.js'
import { parts } from './parts.js'
import { clearedAt, nextRevision } from './revision.js'

/** A record may become visible so long after the time that it bears. */
const OVERLAP_MS = 600_000

const DAY_MS = 86_400_000
/** Nothing older is looked for at the first time. */
const FIRST_LOOK_MS = 90 * DAY_MS

/**
 * Puts the recipients' domains of new records on the list, and notes when mail for them was last seen;
 * those of one day at a time, so that records of new messages are not held up.
 *
 * Gives   how many were not on it.
 */
export async function learnDomains(
  db: Kysely<Schema>,
  { now }: { readonly now: number },
): Promise<number> {
  return db.transaction().execute(async transaction => {
    // A change that changes nothing: SQLite gives the write lock before anything is read.
    const { value: learnt } = await transaction
      .updateTable('meta')
      .set(update => ({ value: update.ref('value') }))
      .where('name', '=', 'domains-learnt')
      .returning('value')
      .executeTakeFirstOrThrow()
    const from = Math.max(learnt, now - FIRST_LOOK_MS)
    const to = Math.min(now, from + DAY_MS)
    const rows = await transaction
      .selectFrom('message')
      .innerJoin('recipient', join =>
        join
          .onRef('recipient.customer_id', '=', 'message.customer_id')
          .onRef('recipient.message', '=', 'message.id'),
      )
      .select(select => ['recipient.domain', select.fn.max('message.at').as('at')])
      .where('message.customer_id', 'in', where =>
        where.selectFrom('customer').select('customer.id'),
      )
      .where('message.at', '>=', from - OVERLAP_MS)
      .where('message.at', '<=', to)
      .where('recipient.level', '<>', 'internal')
      .groupBy('recipient.domain')
      .execute()
    const seen = new Map<string, number>()
    for (const { domain, at } of rows) {
      const name = normalDomain(domain)
      if (name !== undefined && !name.startsWith('[')) seen.set(name, at)
    }
    let added = 0
    for (const part of parts([...seen])) added += await note(transaction, part, now)
    await transaction
      .updateTable('meta')
      .set({ value: to })
      .where('name', '=', 'domains-learnt')
      .execute()
    return added
  })
}

async function note(
  db: Kysely<Schema>,
  seen: readonly (readonly [domain: string, at: number])[],
  now: number,
): Promise<number> {
  const known = await db
    .selectFrom('domain_schedule')
    .select('domain')
    .where(
      'domain',
      'in',
      seen.map(([domain]) => domain),
    )
    .execute()
  await db
    .insertInto('domain_schedule')
    .values(
      seen.map(([domain, at]) => ({
        domain,
        origin: 'traffic' as const,
        known_at: now,
        seen_at: at,
        due_at: now,
        tries: 0,
        leased_until: 0,
      })),
    )
    .onConflict(conflict =>
      conflict.column('domain').doUpdateSet({
        seen_at: sql`case when excluded.seen_at > domain_schedule.seen_at
          then excluded.seen_at else domain_schedule.seen_at end`,
      }),
    )
    .execute()
  return seen.length - known.length
}

export interface Forgetting {
  readonly domain: string
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** Takes a domain off the list, with its verdict; its history stays for the time of the audit. */
export async function forgetDomain(
  db: Kysely<Schema>,
  { domain, by, reason, at }: Forgetting,
): Promise<boolean> {
  return db.transaction().execute(async transaction => {
    const revision = await nextRevision(transaction)
    let rows = 0n
    for (const table of ['domain_schedule', 'domain_verdict', 'domain_facts'] as const) {
      const { numDeletedRows } = await transaction
        .deleteFrom(table)
        .where('domain', '=', domain)
        .executeTakeFirst()
      rows += numDeletedRows
    }
    if (rows === 0n) return false
    await clearedAt(transaction, revision)
    await addAudit(transaction, {
      at,
      customer: ALL_CUSTOMERS,
      actor: by,
      act: 'domain-forget',
      object: domain,
      detail: reason,
    })
    return true
  })
}

/** Domains that mail was sent to, or that a person named, behind a name and by name. */
export async function pageOfKnown(
  db: Kysely<Schema>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly KnownDomain[]> {
  const rows = await db
    .selectFrom('domain_schedule as known')
    .leftJoin('domain_verdict as verdict', 'verdict.domain', 'known.domain')
    .select(['known.domain', 'verdict.probed_at'])
    .where('known.domain', '>', after)
    .orderBy('known.domain')
    .limit(limit)
    .execute()
  return rows.map(({ domain, probed_at }) => ({ domain, probedAt: probed_at ?? undefined }))
}
