import { sql, type Kysely } from 'kysely'
import { bug } from '../../errors.js'
import type { EvidenceBatch, FollowPosition } from '../evidence.js'
import { attemptDigest, attemptRow, deliveryDigest, deliveryRow } from '../evidence-rows.js'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'
import { followWaits } from './evidence-waits.js'
import { followLetters } from './letter-ways.js'
import { parts } from './parts.js'

/**
 * Keeps what one read of the log gave, with the position behind it. A line that is there already is
 * left out, so a batch may come again, alone or with more behind it.
 */
export async function saveEvidence(
  db: Kysely<Schema>,
  { batch, at }: { readonly batch: EvidenceBatch; readonly at: number },
): Promise<void> {
  await db.transaction().execute(async transaction => {
    // First, because it takes the write lock at once on SQLite and puts followers in line on both.
    await savePosition(transaction, batch.position, at)
    await saveLines(transaction, batch)
    for (const part of parts(batch.removed.map(storable))) {
      await transaction
        .updateTable('queue_entry')
        .set({ removed: 1 })
        .where('queue_id', 'in', part)
        .where('removed', '=', 0)
        .execute()
    }
    await followWaits(transaction, batch, at)
    await followLetters(transaction, batch.deliveries, at)
  })
}

export async function followPosition(
  db: Kysely<Schema>,
  { source }: { readonly source: string },
): Promise<FollowPosition | undefined> {
  return db
    .selectFrom('follow_position')
    .select(['source', 'position'])
    .where('source', '=', source)
    .executeTakeFirst()
}

export async function followedAt(
  db: Kysely<Schema>,
  _input: undefined,
): Promise<number | undefined> {
  const newest = await db
    .selectFrom('follow_position')
    .select('at')
    .orderBy('at', 'desc')
    .executeTakeFirst()
  return newest?.at
}

async function savePosition(
  db: Kysely<Schema>,
  { source, position }: FollowPosition,
  at: number,
): Promise<void> {
  await db
    .insertInto('follow_position')
    .values({ source, position, at })
    .onConflict(conflict => conflict.column('source').doUpdateSet({ position, at }))
    .execute()
}

async function saveLines(db: Kysely<Schema>, batch: EvidenceBatch): Promise<void> {
  const deliveries = new Map(batch.deliveries.map(line => [deliveryDigest(line), line]))
  const attempts = new Map(batch.attempts.map(line => [attemptDigest(line), line]))
  await leaveOutKnown(db, 'delivery', deliveries)
  await leaveOutKnown(db, 'attempt', attempts)
  const entries = await openEntries(db, [...deliveries.values(), ...attempts.values()])
  for (const part of parts([...deliveries])) {
    await db
      .insertInto('delivery')
      .values(part.map(([digest, line]) => deliveryRow(line, entries(line.queueId), digest)))
      .onConflict(conflict => conflict.column('digest').doNothing())
      .execute()
  }
  for (const part of parts([...attempts])) {
    await db
      .insertInto('attempt')
      .values(part.map(([digest, line]) => attemptRow(line, entries(line.queueId), digest)))
      .onConflict(conflict => conflict.column('digest').doNothing())
      .execute()
  }
}

/** Before their queue entries are looked for: a line of one that is gone must not open another. */
async function leaveOutKnown(
  db: Kysely<Schema>,
  table: 'delivery' | 'attempt',
  lines: Map<string, unknown>,
): Promise<void> {
  for (const part of parts([...lines.keys()])) {
    const known = await db.selectFrom(table).select('digest').where('digest', 'in', part).execute()
    for (const { digest } of known) lines.delete(digest)
  }
}

/** Numbers of the queue entries that the lines are about, by queue id; new ones are added. */
async function openEntries(
  db: Kysely<Schema>,
  lines: readonly { readonly queueId: string; readonly at: number }[],
): Promise<(queueId: string) => number> {
  const newest = new Map<string, number>()
  for (const { queueId, at } of lines) {
    const id = storable(queueId)
    newest.set(id, Math.max(at, newest.get(id) ?? at))
  }
  // In the order of their names: two followers must not wait for each other.
  const ids = [...newest.keys()].toSorted((a, b) => (a < b ? -1 : 1))
  const rows = ids.map(queue_id => ({ queue_id, last_at: newest.get(queue_id) ?? 0, removed: 0 }))
  const numbers = new Map<string, number>()
  for (const part of parts(rows)) {
    const entries = await db
      .insertInto('queue_entry')
      .values(part)
      .onConflict(conflict =>
        conflict
          .column('queue_id')
          .where(sql<boolean>`removed = 0`)
          .doUpdateSet({
            last_at: sql`case when excluded.last_at > queue_entry.last_at
              then excluded.last_at else queue_entry.last_at end`,
          }),
      )
      .returning(['id', 'queue_id'])
      .execute()
    for (const { id, queue_id } of entries) numbers.set(queue_id, id)
  }
  return queueId => numbers.get(storable(queueId)) ?? bug(`no queue entry ${queueId}`)
}
