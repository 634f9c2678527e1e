import type { Kysely } from 'kysely'
import { ALL_CUSTOMERS, type AuditEntry } from '../admin.js'
import type { Schema } from '../schema.js'
import { customerIdOf } from './customers.js'

/** Most entries that one question gives. */
const MAX_ENTRIES = 1000

/** Notes an administrative act. Runs inside the caller's transaction where there is one. */
export async function addAudit(db: Kysely<Schema>, entry: AuditEntry): Promise<void> {
  const { customer, ...act } = entry
  const customer_id = await customerIdOf(db, customer)
  await db
    .insertInto('audit')
    .values({ ...act, customer_id: customer_id ?? 0 })
    .execute()
}

export async function listAudit(
  db: Kysely<Schema>,
  { customer }: { readonly customer: string },
): Promise<readonly AuditEntry[]> {
  return db
    .selectFrom('audit')
    .innerJoin('customer', 'customer.id', 'audit.customer_id')
    .select(['at', 'customer.name as customer', 'actor', 'act', 'object', 'detail'])
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .orderBy('at', 'desc')
    .orderBy('audit.id', 'desc')
    .limit(MAX_ENTRIES)
    .execute()
}
