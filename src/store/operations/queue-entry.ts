import type { Kysely } from 'kysely'
import type { QueueEntryLog } from '../evidence.js'
import { toAttempt, toDelivery } from '../evidence-rows.js'
import type { Schema } from '../schema.js'

export interface QueueEntryQuestion {
  readonly queueId: string
  /** Epoch milliseconds; undefined: from the beginning. */
  readonly since: number | undefined
}

/**
 * What the log has said about the entry that has a queue id, or had it: the newest of that id, or
 * the first that was there at `since`, with nothing from before.
 */
export async function queueEntry(
  db: Kysely<Schema>,
  { queueId, since }: QueueEntryQuestion,
): Promise<QueueEntryLog> {
  // The times of a log may be whole seconds.
  const from = since === undefined ? Number.MIN_SAFE_INTEGER : Math.floor(since / 1000) * 1000
  const entry = await db
    .selectFrom('queue_entry')
    .select('id')
    .where('queue_id', '=', queueId)
    .where('last_at', '>=', from)
    .orderBy('id', since === undefined ? 'desc' : 'asc')
    .executeTakeFirst()
  if (entry === undefined) return { deliveries: [], attempts: [] }
  const deliveries = await db
    .selectFrom('delivery')
    .selectAll()
    .where('entry', '=', entry.id)
    .where('at', '>=', from)
    .orderBy('at')
    .orderBy('id')
    .execute()
  const attempts = await db
    .selectFrom('attempt')
    .selectAll()
    .where('entry', '=', entry.id)
    .where('at', '>=', from)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return {
    deliveries: deliveries.map(row => toDelivery(row, queueId)),
    attempts: attempts.map(row => toAttempt(row, queueId)),
  }
}
