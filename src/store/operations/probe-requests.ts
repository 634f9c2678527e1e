import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'
import type { ProbeQuota } from '../verdicts.js'

const HOUR_MS = 3_600_000

/** A domain that was looked at a moment ago is not looked at again for every message to it. */
const REST_MS = 60_000

/** Longest name of an asker that is told from others; the rest of the text comes from outside. */
const MAX_ASKER = 200

export interface ProbeWish {
  readonly domain: string
  readonly why: string
  readonly at: number
  /** Whose wish it is; absent: nobody's who could be held to it. */
  readonly quota?: ProbeQuota
}

/**
 * Asks the prober to look at a domain; who asked first stands. Whoever has asked for more domains
 * within an hour than may be gets the rest in the hours after it, by whatever list the prober goes;
 * a domain that waits for that comes sooner as soon as somebody asks who may.
 */
export async function requestProbe(db: Kysely<Schema>, wish: ProbeWish): Promise<void> {
  const { domain, at, quota } = wish
  await db.transaction().execute(async transaction => {
    const isNew = await add(transaction, domain, at)
    const known = isNew ? undefined : await standing(transaction, domain)
    const looked = Math.max(known?.probed_at ?? -REST_MS, known?.tried_at ?? -REST_MS)
    const soonest = Math.max(at, looked + REST_MS)
    const standingAt = known?.asked_at ?? undefined
    if (standingAt !== undefined) {
      if (standingAt <= soonest) return
      if (quota !== undefined && (await askedBy(transaction, quota, at)) >= quota.perHour) return
    }
    const allowed = quota === undefined ? at : await turnOf(transaction, quota, at)
    const askedAt = Math.max(allowed, soonest)
    await transaction
      .updateTable('domain_schedule')
      .set({
        asked_at: askedAt,
        asked_why: storable(wish.why.slice(0, 1000)),
        seen_at: at,
        ...(isNew ? { due_at: askedAt } : {}),
      })
      .where('domain', '=', domain)
      .where(where => where.or([where('asked_at', 'is', null), where('asked_at', '>', askedAt)]))
      .execute()
  })
}

/** Puts a domain on the list; false when it is there. */
async function add(db: Kysely<Schema>, domain: string, at: number): Promise<boolean> {
  const added = await db
    .insertInto('domain_schedule')
    .values({
      domain,
      origin: 'traffic',
      known_at: at,
      seen_at: at,
      due_at: at,
      tries: 0,
      asked_at: null,
      asked_why: null,
      leased_until: 0,
      leased_by: null,
    })
    .onConflict(conflict => conflict.column('domain').doNothing())
    .executeTakeFirst()
  return added.numInsertedOrUpdatedRows === 1n
}

/** What is known of a domain that is on the list. */
async function standing(db: Kysely<Schema>, domain: string) {
  return db
    .selectFrom('domain_schedule as known')
    .leftJoin('domain_verdict as verdict', 'verdict.domain', 'known.domain')
    .select(['known.asked_at', 'verdict.probed_at', 'verdict.tried_at'])
    .where('known.domain', '=', domain)
    .executeTakeFirst()
}

/** How many domains somebody has asked for within the hour. */
async function askedBy(db: Kysely<Schema>, { asker }: ProbeQuota, at: number): Promise<number> {
  const counted = await db
    .selectFrom('probe_quota')
    .select('asked')
    .where('asker', '=', nameOf(asker))
    .where('hour', '=', Math.floor(at / HOUR_MS))
    .executeTakeFirst()
  return counted?.asked ?? 0
}

function nameOf(asker: string): string {
  return storable(asker.slice(0, MAX_ASKER))
}

/** Counts the wish; gives the time from which it may be met. */
async function turnOf(
  db: Kysely<Schema>,
  { asker, perHour }: ProbeQuota,
  at: number,
): Promise<number> {
  const hour = Math.floor(at / HOUR_MS)
  const { asked } = await db
    .insertInto('probe_quota')
    .values({ asker: nameOf(asker), hour, asked: 1 })
    .onConflict(conflict =>
      conflict
        .columns(['hour', 'asker'])
        .doUpdateSet(update => ({ asked: update('probe_quota.asked', '+', 1) })),
    )
    .returning('asked')
    .executeTakeFirstOrThrow()
  const hoursLater = Math.floor((asked - 1) / Math.max(1, perHour))
  return hoursLater === 0 ? at : (hour + hoursLater) * HOUR_MS
}
