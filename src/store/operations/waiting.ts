import type { Kysely, Selectable } from 'kysely'
import { GatewayError } from '../../errors.js'
import { ALL_CUSTOMERS, type WaitingQuery } from '../admin.js'
import { normalDomain } from '../domain-name.js'
import type { Schema, WaitingTable } from '../schema.js'
import { storableRow } from '../storable.js'
import type { WaitEnd, Waiting, WaitingEntry } from '../transit.js'
import { ensureCustomer } from './customers.js'
import { OF_LETTERS, dropNotices } from './outbox.js'

/** Most rows that one question gives. */
const MAX_ROWS = 10_000

/**
 * Notes that a recipient waits: a new row, one that goes on, or one that had ended and begins anew.
 *
 * Throws  ERR_STORE_REFUSED when the key is another customer's.
 */
export async function wait(db: Kysely<Schema>, entry: WaitingEntry): Promise<Waiting> {
  return db.transaction().execute(async transaction => {
    const { customer, at } = entry
    const customer_id = await ensureCustomer(transaction, { name: customer, at })
    if (customer_id === 0) throw refused('no customer may be named *')
    const row = rowOf(entry, customer_id)
    const added = await transaction
      .insertInto('waiting')
      .values(row)
      .onConflict(conflict => conflict.column('key').doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows === 0n) await waitOn(transaction, row)
    const [found] = await openRows(transaction, customer).where('key', '=', row.key).execute()
    if (found === undefined) throw refused('the key belongs to another customer')
    return toWaiting(found)
  })
}

/** A row that is there already: the story of one who is back after an end is not told on. */
async function waitOn(db: Kysely<Schema>, row: WaitingTable): Promise<void> {
  const { key, customer_id } = row
  const again = await db
    .updateTable('waiting')
    .set(row)
    .where('key', '=', key)
    .where('customer_id', '=', customer_id)
    .where('ended_at', 'is not', null)
    .executeTakeFirst()
  if (again.numUpdatedRows > 0n) {
    await db
      .deleteFrom('notice')
      .where('waiting_key', '=', key)
      .where('kind', 'not in', OF_LETTERS)
      .execute()
    return
  }
  const { why, queue_id, last_try, until } = row
  await db
    .updateTable('waiting')
    .set(update => ({
      why,
      last_try,
      until,
      tries: update('tries', '+', 1),
      ...(queue_id === null ? {} : { queue_id }),
      // The answer of a sender is no release by an officer, who may be the next to be waited for.
      ...(why === 'ask'
        ? {}
        : {
            verdict: update
              .case()
              .when('why', '=', 'ask')
              .then(null)
              .else(update.ref('verdict'))
              .end(),
          }),
      // Who waits for something else now may be woken as soon as that is there.
      woken_at: update.case().when('why', '=', why).then(update.ref('woken_at')).else(null).end(),
    }))
    .where('key', '=', key)
    .where('customer_id', '=', customer_id)
    .execute()
}

export async function waitingOf(
  db: Kysely<Schema>,
  { key }: { readonly key: string },
): Promise<Waiting | undefined> {
  const row = await openRows(db, ALL_CUSTOMERS).where('key', '=', key).executeTakeFirst()
  return row && toWaiting(row)
}

export async function listWaiting(
  db: Kysely<Schema>,
  { customer, why }: WaitingQuery,
): Promise<readonly Waiting[]> {
  const rows = await openRows(db, customer)
    .$if(why !== undefined, query => query.where('why', '=', why!))
    .orderBy('since')
    .orderBy('key')
    .limit(MAX_ROWS)
    .execute()
  return rows.map(toWaiting)
}

export async function endWait(
  db: Kysely<Schema>,
  { key, how, at }: { readonly key: string; readonly how: WaitEnd; readonly at: number },
): Promise<void> {
  await db.transaction().execute(transaction => endWaits(transaction, { keys: [key], how, at }))
}

/** Ends the waiting of several keys, with the notices that nobody needs any more. */
export async function endWaits(
  db: Kysely<Schema>,
  end: { readonly keys: readonly string[]; readonly how: WaitEnd; readonly at: number },
): Promise<void> {
  await db
    .updateTable('waiting')
    .set({ ended_at: end.at, ended_how: end.how })
    .where('key', 'in', end.keys)
    .where('ended_at', 'is', null)
    .execute()
  await dropNotices(db, end.keys)
}

/** Those who wait at this moment. */
export function openRows(db: Kysely<Schema>, customer: string) {
  return db
    .selectFrom('waiting')
    .innerJoin('customer', 'customer.id', 'waiting.customer_id')
    .selectAll('waiting')
    .select('customer.name as customer')
    .where('ended_at', 'is', null)
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
}

export function toWaiting(row: Selectable<WaitingTable> & { readonly customer: string }): Waiting {
  return {
    key: row.key,
    customer: row.customer,
    reference: row.reference,
    sender: row.sender,
    recipient: row.recipient,
    domain: row.domain,
    why: row.why,
    queueId: row.queue_id ?? undefined,
    since: row.since,
    lastTry: row.last_try,
    tries: row.tries,
    until: row.until,
    verdict: row.verdict ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    reason: row.reason ?? undefined,
  }
}

function rowOf(entry: WaitingEntry, customer_id: number): WaitingTable {
  return storableRow({
    key: entry.key,
    customer_id,
    reference: entry.reference,
    sender: entry.sender,
    recipient: entry.recipient,
    domain: normalDomain(entry.domain) ?? entry.domain,
    why: entry.why,
    queue_id: entry.queueId ?? null,
    since: entry.since,
    last_try: entry.at,
    tries: 1,
    until: entry.until,
    verdict: null,
    decided_by: null,
    decided_at: null,
    reason: null,
    woken_at: null,
    ended_at: null,
    ended_how: null,
  })
}

function refused(reason: string): GatewayError {
  return new GatewayError('ERR_STORE_REFUSED', { reason })
}
