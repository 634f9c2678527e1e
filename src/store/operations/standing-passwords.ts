import type { Kysely } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import type { Schema } from '../schema.js'
import type { StandingKey, StandingPassword } from '../sealing.js'
import { storable, storableRow } from '../storable.js'
import { customerIdOf, ensureCustomer } from './customers.js'

/** Most entries that one question gives. */
const MAX_ENTRIES = 10_000

export async function standingOf(
  db: Kysely<Schema>,
  key: StandingKey,
): Promise<StandingPassword | undefined> {
  const row = await entries(db, key.customer)
    .where('sender_domain', '=', storable(key.senderDomain))
    .where('recipient', '=', storable(key.recipient))
    .executeTakeFirst()
  return row && toStanding(row)
}

export async function setStanding(db: Kysely<Schema>, entry: StandingPassword): Promise<void> {
  await db.transaction().execute(async transaction => {
    const { customer, setAt: set_at, setBy: set_by, password: secret } = entry
    const customer_id = await ensureCustomer(transaction, { name: customer, at: set_at })
    const { senderDomain: sender_domain, recipient } = entry
    const row = storableRow({ customer_id, sender_domain, recipient, secret, set_at, set_by })
    await transaction
      .insertInto('standing_password')
      .values(row)
      .onConflict(conflict =>
        conflict
          .columns(['customer_id', 'sender_domain', 'recipient'])
          .doUpdateSet({ secret, set_at, set_by: row.set_by }),
      )
      .execute()
  })
}

export async function listStanding(
  db: Kysely<Schema>,
  { customer }: { readonly customer: string },
): Promise<readonly StandingPassword[]> {
  const rows = await entries(db, customer)
    .orderBy('sender_domain')
    .orderBy('recipient')
    .limit(MAX_ENTRIES)
    .execute()
  return rows.map(toStanding)
}

export async function removeStanding(db: Kysely<Schema>, key: StandingKey): Promise<boolean> {
  const customer_id = await customerIdOf(db, key.customer)
  if (customer_id === undefined) return false
  const { numDeletedRows } = await db
    .deleteFrom('standing_password')
    .where('customer_id', '=', customer_id)
    .where('sender_domain', '=', storable(key.senderDomain))
    .where('recipient', '=', storable(key.recipient))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

function entries(db: Kysely<Schema>, customer: string) {
  return db
    .selectFrom('standing_password')
    .innerJoin('customer', 'customer.id', 'standing_password.customer_id')
    .selectAll('standing_password')
    .select('customer.name as customer')
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
}

type Row = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>

function toStanding(row: Row): StandingPassword {
  return {
    customer: row.customer,
    senderDomain: row.sender_domain,
    recipient: row.recipient,
    password: row.secret,
    setAt: row.set_at,
    setBy: row.set_by,
  }
}
