import type { Kysely, Selectable, SelectQueryBuilder, Transaction } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import type { KeyAddition, KeyQuery, KeyRemoval, NewKey, StoredKey } from '../recipient-keys.js'
import type { EncryptionKeyTable, Schema } from '../schema.js'
import { addAudit } from './audit.js'
import { ensureCustomer } from './customers.js'

export interface KeysToAdd {
  readonly keys: readonly NewKey[]
  readonly at: number
  /** Keys of one owner that nobody imported; an older one makes room. */
  readonly maxFound: number
}

/** Adds keys, all or none, each import with a note for the audit. */
export async function addKeys(
  db: Kysely<Schema>,
  { keys, at, maxFound }: KeysToAdd,
): Promise<readonly KeyAddition[]> {
  return db.transaction().execute(async transaction => {
    const done: KeyAddition[] = []
    for (const key of keys) done.push(await addKey(transaction, key, at, maxFound))
    return done
  })
}

async function addKey(
  db: Transaction<Schema>,
  key: NewKey,
  at: number,
  maxFound: number,
): Promise<KeyAddition> {
  const { customer, owner, fingerprint, source } = key
  const customer_id = await ensureCustomer(db, { name: customer, at })
  const row = { ...rowOf(key), customer_id, added_at: at }
  const known = await db
    .selectFrom('encryption_key')
    .select(['id', 'bytes', 'chain', 'source'])
    .where('customer_id', '=', customer_id)
    .where('owner', '=', owner)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  if (known !== undefined) {
    if (known.source === 'import' && source !== 'import') return 'kept'
    const isSame =
      known.bytes === row.bytes && known.chain === row.chain && known.source === row.source
    if (isSame) return 'known'
    await db.updateTable('encryption_key').set(row).where('id', '=', known.id).execute()
  } else {
    await db
      .insertInto('encryption_key')
      .values({ ...row, used_at: null })
      .onConflict(conflict => conflict.columns(['customer_id', 'owner', 'fingerprint']).doNothing())
      .execute()
  }
  if (source !== 'import') await dropOldest(db, { customer_id, owner, maxFound })
  else await note(db, key, { at, act: 'key-import', by: key.addedBy })
  return known === undefined ? 'added' : 'renewed'
}

/** The owner's domain is on record, the owner is not: a note lives longer than a key. */
async function note(
  db: Kysely<Schema>,
  {
    customer,
    owner,
    system,
    fingerprint,
  }: Pick<NewKey, 'customer' | 'owner' | 'system' | 'fingerprint'>,
  { at, act, by }: { readonly at: number; readonly act: string; readonly by: string },
): Promise<void> {
  const detail = `${system}, ${owner.slice(owner.lastIndexOf('@') + 1)}`
  await addAudit(db, { at, customer, actor: by, act, object: fingerprint, detail })
}

async function dropOldest(
  db: Transaction<Schema>,
  of: { readonly customer_id: number; readonly owner: string; readonly maxFound: number },
): Promise<void> {
  const found = await db
    .selectFrom('encryption_key')
    .select('id')
    .where('customer_id', '=', of.customer_id)
    .where('owner', '=', of.owner)
    .where('source', '!=', 'import')
    .orderBy('added_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  const ids = found.slice(of.maxFound).map(({ id }) => id)
  if (ids.length > 0) await db.deleteFrom('encryption_key').where('id', 'in', ids).execute()
}

/** Keys of these owners, for one customer and for all, the newest first. */
export async function keysOf(
  db: Kysely<Schema>,
  { customer, owners }: { readonly customer: string; readonly owners: readonly string[] },
): Promise<readonly StoredKey[]> {
  if (owners.length === 0) return []
  const rows = await withCustomer(db)
    .where('owner', 'in', owners)
    .where('customer.name', 'in', [customer, ALL_CUSTOMERS])
    .orderBy('added_at', 'desc')
    .orderBy('encryption_key.id', 'desc')
    .execute()
  return rows.map(toKey)
}

export interface KeyPage extends KeyQuery {
  readonly after: Pick<StoredKey, 'owner' | 'id'> | undefined
  readonly limit: number
}

export async function pageOfKeys(
  db: Kysely<Schema>,
  { customer, owner, fingerprint, after, limit }: KeyPage,
): Promise<readonly StoredKey[]> {
  let query = withCustomer(db)
  if (customer !== ALL_CUSTOMERS) query = query.where('customer.name', '=', customer)
  if (owner !== undefined) query = query.where('owner', '=', owner)
  if (fingerprint !== undefined) {
    const part = fingerprint.toLowerCase()
    if (!/^[0-9a-f]{8,128}$/.test(part)) return []
    query = query.where(where =>
      where.or([
        where('fingerprint', 'like', `${part}%`),
        where('fingerprint', 'like', `%${part}`),
      ]),
    )
  }
  if (after !== undefined) {
    query = query.where(where =>
      where.or([
        where('owner', '>', after.owner),
        where.and([where('owner', '=', after.owner), where('encryption_key.id', '>', after.id)]),
      ]),
    )
  }
  const rows = await query.orderBy('owner').orderBy('encryption_key.id').limit(limit).execute()
  return rows.map(toKey)
}

/** Gives what was removed; each removal is noted. */
export async function removeKeys(
  db: Kysely<Schema>,
  { customer, fingerprint, owner, by, at }: KeyRemoval & { readonly at: number },
): Promise<readonly StoredKey[]> {
  return db.transaction().execute(async transaction => {
    let query = withCustomer(transaction)
      .where('customer.name', '=', customer)
      .where('fingerprint', '=', fingerprint)
    if (owner !== undefined) query = query.where('owner', '=', owner)
    const rows = await query.orderBy('owner').execute()
    const keys = rows.map(toKey)
    for (const key of keys) {
      await transaction.deleteFrom('encryption_key').where('id', '=', key.id).execute()
      await note(transaction, key, { at, act: 'key-remove', by })
    }
    return keys
  })
}

export async function keysUsed(
  db: Kysely<Schema>,
  { ids, at }: { readonly ids: readonly number[]; readonly at: number },
): Promise<void> {
  if (ids.length === 0) return
  await db.updateTable('encryption_key').set({ used_at: at }).where('id', 'in', ids).execute()
}

type KeyRow = Selectable<EncryptionKeyTable> & { readonly customer: string }

function withCustomer(
  db: Kysely<Schema>,
): SelectQueryBuilder<Schema, 'encryption_key' | 'customer', KeyRow> {
  return db
    .selectFrom('encryption_key')
    .innerJoin('customer', 'customer.id', 'encryption_key.customer_id')
    .selectAll('encryption_key')
    .select('customer.name as customer')
}

function rowOf(key: NewKey) {
  return {
    owner: key.owner,
    system: key.system,
    fingerprint: key.fingerprint,
    bytes: key.bytes,
    chain: key.chain.join(' '),
    holder: key.subject,
    algorithm: key.algorithm,
    not_before: key.notBefore,
    not_after: key.notAfter ?? null,
    source: key.source,
    added_by: key.addedBy,
  }
}

function toKey(row: KeyRow): StoredKey {
  return {
    id: row.id,
    customer: row.customer,
    owner: row.owner,
    system: row.system,
    fingerprint: row.fingerprint,
    bytes: row.bytes,
    chain: row.chain === '' ? [] : row.chain.split(' '),
    subject: row.holder,
    algorithm: row.algorithm,
    notBefore: row.not_before,
    notAfter: row.not_after ?? undefined,
    source: row.source,
    addedAt: row.added_at,
    addedBy: row.added_by,
    usedAt: row.used_at ?? undefined,
  }
}
