import type { Kysely } from 'kysely'
import type { SPLIT_LANE } from '../../policy/lanes.js'
import { ALL_CUSTOMERS } from '../admin.js'
import type { Delivery, EvidenceBatch } from '../evidence.js'
import type { Schema } from '../schema.js'
import { storable } from '../storable.js'
import { releaseByCause, releaseByKey } from './outbox.js'
import { parts } from './parts.js'
import { endWaits, openRows } from './waiting.js'

/** The only lane whose answers are ours. */
const SPLIT: typeof SPLIT_LANE = 'split'

/** How the answer at split names the message that waits (gateway/reply.ts). */
const REFERENCE = /\breference ([0-9a-v]{20})\b/

/**
 * What lines of the log mean for the waiting room: who is deferred is in the queue, so that its
 * sender may be told, and whose entry is removed waits no more.
 */
export async function followWaits(
  db: Kysely<Schema>,
  { deliveries, removed }: Pick<EvidenceBatch, 'deliveries' | 'removed'>,
  at: number,
): Promise<void> {
  const deferred = deliveries.filter(({ status }) => status === 'deferred')
  const keys = await correctQueueIds(db, deferred)
  const causes = [...new Set(deferred.map(({ queueId }) => storable(queueId)))]
  for (const queueIds of parts(causes)) await releaseByCause(db, { queueIds, at })
  for (const some of parts(keys)) await releaseByKey(db, { keys: some, at })
  for (const part of parts(removed.map(storable))) {
    const gone = await openRows(db, ALL_CUSTOMERS).where('queue_id', 'in', part).execute()
    for (const rows of parts(gone)) {
      await endWaits(db, { keys: rows.map(({ key }) => key), how: 'gone', at })
    }
  }
}

/**
 * Gives those who wait the queue id that their message has now: `postsuper -r` changes it. Only the
 * lane split is believed, because there the answer was ours.
 *
 * Gives   the keys that the lines speak of.
 */
async function correctQueueIds(
  db: Kysely<Schema>,
  deferred: readonly Delivery[],
): Promise<readonly string[]> {
  const lines = new Map<string, Delivery>()
  const references = new Set<string>()
  for (const line of deferred) {
    const reference = line.service === SPLIT ? REFERENCE.exec(line.text)?.[1] : undefined
    if (reference === undefined) continue
    references.add(reference)
    lines.set(seatOf(reference, line.recipient), line)
  }
  const keys: string[] = []
  for (const part of parts([...references])) {
    const rows = await openRows(db, ALL_CUSTOMERS).where('reference', 'in', part).execute()
    for (const { key, reference, recipient, queue_id, last_try } of rows) {
      const line = lines.get(seatOf(reference, recipient))
      // A line from before the last try is older than the row; times of a log may be whole seconds.
      if (line === undefined || line.at < last_try - (last_try % 1000)) continue
      keys.push(key)
      if (line.queueId === queue_id) continue
      await db
        .updateTable('waiting')
        .set({ queue_id: storable(line.queueId) })
        .where('key', '=', key)
        .execute()
    }
  }
  return keys
}

function seatOf(reference: string, recipient: string): string {
  return `${reference} ${recipient.toLowerCase()}`
}
