import type { Kysely, Selectable } from 'kysely'
import { GatewayError } from '../../errors.js'
import type { NewNotice, Notice } from '../outbox.js'
import type { NoticeTable, Schema } from '../schema.js'
import { storableRow } from '../storable.js'
import { ensureCustomer } from './customers.js'

/** How long one gateway has for sending a notice before another may try. */
const TAKEN_MS = 300_000

/** Puts a notice into the outbox, held until the log speaks of its cause; one of a kind for a key. */
export async function addNotice(db: Kysely<Schema>, notice: NewNotice): Promise<void> {
  await db.transaction().execute(async transaction => {
    const { customer, createdAt } = notice
    const customer_id = await ensureCustomer(transaction, { name: customer, at: createdAt })
    if (customer_id === 0) {
      throw new GatewayError('ERR_STORE_REFUSED', { reason: 'no customer may be named *' })
    }
    await insertNotice(transaction, customer_id, notice)
  })
}

/** The same, inside a transaction. */
export async function insertNotice(
  db: Kysely<Schema>,
  customer_id: number,
  notice: Omit<NewNotice, 'customer'>,
): Promise<void> {
  const { createdAt } = notice
  const row = storableRow({
    customer_id,
    waiting_key: notice.key,
    kind: notice.kind,
    to_address: notice.to,
    recipient: notice.recipient,
    reference: notice.reference,
    why: notice.why,
    message_id: notice.messageId,
    created_at: createdAt,
    not_before: notice.notBefore,
    attempts: 0,
    cause: notice.cause ?? null,
    released_at: notice.cause === undefined ? createdAt : null,
    taken_until: 0,
    sent_at: null,
  })
  await db
    .insertInto('notice')
    .values(row)
    .onConflict(conflict => conflict.columns(['waiting_key', 'kind']).doNothing())
    .execute()
}

/** Takes notices that are released and due, oldest first; each is the caller's for five minutes. */
export async function dueNotices(
  db: Kysely<Schema>,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly Notice[]> {
  const taken = await db
    .updateTable('notice')
    .set({ taken_until: now + TAKEN_MS })
    .where('taken_until', '<=', now)
    .where('id', 'in', query =>
      query
        .selectFrom('notice as due')
        .select('due.id')
        .where('due.sent_at', 'is', null)
        .where('due.released_at', 'is not', null)
        .where('due.not_before', '<=', now)
        .where('due.taken_until', '<=', now)
        .orderBy('due.created_at')
        .orderBy('due.id')
        .limit(limit),
    )
    .returning('id')
    .execute()
  if (taken.length === 0) return []
  const rows = await db
    .selectFrom('notice')
    .innerJoin('customer', 'customer.id', 'notice.customer_id')
    .selectAll('notice')
    .select('customer.name as customer')
    .where(
      'notice.id',
      'in',
      taken.map(({ id }) => id),
    )
    .orderBy('notice.created_at')
    .orderBy('notice.id')
    .execute()
  return rows.map(toNotice)
}

export async function noticeSent(
  db: Kysely<Schema>,
  { id, at }: { readonly id: number; readonly at: number },
): Promise<void> {
  await db.updateTable('notice').set({ sent_at: at }).where('id', '=', id).execute()
}

export async function noticeFailed(
  db: Kysely<Schema>,
  { id, notBefore }: { readonly id: number; readonly notBefore: number },
): Promise<void> {
  await db
    .updateTable('notice')
    .set(update => ({
      attempts: update('attempts', '+', 1),
      not_before: notBefore,
      taken_until: 0,
    }))
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .execute()
}

/** What goes with a letter, not with a waiting. */
export const OF_LETTERS = ['password', 'sms', 'returned'] as const

/**
 * Drops what need not be said any more once a waiting has ended: what is held, and that somebody
 * waits.
 */
export async function dropNotices(db: Kysely<Schema>, keys: readonly string[]): Promise<void> {
  await db
    .deleteFrom('notice')
    .where('waiting_key', 'in', keys)
    .where('sent_at', 'is', null)
    .where('kind', 'not in', OF_LETTERS)
    .where(where => where.or([where('released_at', 'is', null), where('kind', '=', 'waiting')]))
    .execute()
}

/** Releases held notices whose queue entry the log has shown. */
export async function releaseByCause(
  db: Kysely<Schema>,
  { queueIds, at }: { readonly queueIds: readonly string[]; readonly at: number },
): Promise<void> {
  await db
    .updateTable('notice')
    .set({ released_at: at })
    .where('cause', 'in', queueIds)
    .where('released_at', 'is', null)
    .execute()
}

/** The same for those who wait in a queue entry that has another id by now. */
export async function releaseByKey(
  db: Kysely<Schema>,
  { keys, at }: { readonly keys: readonly string[]; readonly at: number },
): Promise<void> {
  await db
    .updateTable('notice')
    .set({ released_at: at })
    .where('waiting_key', 'in', keys)
    .where('kind', '=', 'waiting')
    .where('released_at', 'is', null)
    .execute()
}

function toNotice(row: Selectable<NoticeTable> & { readonly customer: string }): Notice {
  return {
    id: row.id,
    kind: row.kind,
    key: row.waiting_key,
    customer: row.customer,
    to: row.to_address,
    recipient: row.recipient,
    reference: row.reference,
    why: row.why,
    messageId: row.message_id,
    createdAt: row.created_at,
    notBefore: row.not_before,
    attempts: row.attempts,
  }
}
