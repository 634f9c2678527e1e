import type { Kysely, Selectable } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import type { LetterTable, Schema } from '../schema.js'
import type { GivenPassword, LetterEntry } from '../sealing.js'
import { storableRow } from '../storable.js'
import { ensureCustomer } from './customers.js'

/** Most letters that one question gives. */
const MAX_LETTERS = 1000

/**
 * One letter a key; of several that come, the first brings the password. A letter that needed none has
 * one from whoever comes first and cannot do without.
 */
export async function keepLetter(
  db: Kysely<Schema>,
  entry: LetterEntry,
): Promise<LetterEntry | undefined> {
  return db.transaction().execute(async transaction => {
    const { customer, createdAt } = entry
    const customer_id = await ensureCustomer(transaction, { name: customer, at: createdAt })
    const row = storableRow({
      key: entry.key,
      customer_id,
      reference: entry.reference,
      sender: entry.sender,
      recipient: entry.recipient,
      domain: entry.domain,
      format: entry.format,
      way: entry.way,
      secret: entry.password ?? null,
      telephone: entry.telephone ?? null,
      created_at: createdAt,
    })
    await transaction
      .insertInto('letter')
      .values(row)
      .onConflict(conflict => conflict.column('key').doUpdateSet({ format: entry.format }))
      .execute()
    const { way, secret, telephone } = row
    if (way !== 'key')
      await transaction
        .updateTable('letter')
        .set({ way, secret, telephone })
        .where('key', '=', row.key)
        .where('way', '=', 'key')
        .execute()
    return letterOf(transaction, { key: entry.key })
  })
}

export async function letterOf(
  db: Kysely<Schema>,
  { key }: { readonly key: string },
): Promise<LetterEntry | undefined> {
  const row = await letters(db).where('key', '=', key).executeTakeFirst()
  return row && toLetter(row)
}

export async function findLetters(
  db: Kysely<Schema>,
  { customer, id }: { readonly customer: string; readonly id: string | undefined },
): Promise<readonly LetterEntry[]> {
  const rows = await letters(db)
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .$if(id !== undefined, query =>
      query.where(where => where.or([where('reference', '=', id!), where('key', '=', id!)])),
    )
    .orderBy('letter.created_at', 'desc')
    .orderBy('key')
    .limit(MAX_LETTERS)
    .execute()
  return rows.map(toLetter)
}

export async function addLetterTry(
  db: Kysely<Schema>,
  entry: { readonly key: string; readonly queueId: string; readonly at: number },
): Promise<void> {
  const { key, queueId: queue_id, at } = entry
  await db
    .insertInto('letter_try')
    .values(storableRow({ queue_id, key, at }))
    .onConflict(conflict => conflict.columns(['queue_id', 'key']).doUpdateSet({ at }))
    .execute()
}

export async function keepGiven(db: Kysely<Schema>, given: GivenPassword): Promise<void> {
  const { reference, password: secret = null, telephone = null, createdAt: created_at } = given
  await db.transaction().execute(async transaction => {
    const customer_id = await ensureCustomer(transaction, { name: given.customer, at: created_at })
    await transaction
      .insertInto('given_password')
      .values(storableRow({ reference, customer_id, secret, telephone, created_at }))
      .onConflict(conflict => conflict.column('reference').doNothing())
      .execute()
  })
}

export async function givenOf(
  db: Kysely<Schema>,
  { reference }: { readonly reference: string },
): Promise<GivenPassword | undefined> {
  const row = await db
    .selectFrom('given_password')
    .innerJoin('customer', 'customer.id', 'given_password.customer_id')
    .selectAll('given_password')
    .select('customer.name as customer')
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { customer, secret, telephone, created_at: createdAt } = row
  return {
    reference,
    customer,
    password: secret ?? undefined,
    telephone: telephone ?? undefined,
    createdAt,
  }
}

function letters(db: Kysely<Schema>) {
  return db
    .selectFrom('letter')
    .innerJoin('customer', 'customer.id', 'letter.customer_id')
    .selectAll('letter')
    .select('customer.name as customer')
}

function toLetter(row: Selectable<LetterTable> & { readonly customer: string }): LetterEntry {
  return {
    key: row.key,
    customer: row.customer,
    reference: row.reference,
    sender: row.sender,
    recipient: row.recipient,
    domain: row.domain,
    format: row.format,
    way: row.way,
    password: row.secret ?? undefined,
    telephone: row.telephone ?? undefined,
    createdAt: row.created_at,
  }
}
