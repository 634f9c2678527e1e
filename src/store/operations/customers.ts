import type { Kysely } from 'kysely'
import type { CustomerEntry } from '../admin.js'
import type { Schema } from '../schema.js'

/** The number of a customer, who is added when the store does not know the name yet. */
export async function ensureCustomer(
  db: Kysely<Schema>,
  { name, at }: { readonly name: string; readonly at: number },
): Promise<number> {
  await db
    .insertInto('customer')
    .values({ name, created_at: at })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const { id } = await db
    .selectFrom('customer')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return id
}

export async function customerIdOf(db: Kysely<Schema>, name: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('customer')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.id
}

/**
 * Adds customers that are new and makes the table of domains say exactly what is given. A customer
 * who is no longer named stays, because records belong to it.
 */
export async function syncCustomers(
  db: Kysely<Schema>,
  { customers, at }: { readonly customers: readonly CustomerEntry[]; readonly at: number },
): Promise<void> {
  await db.transaction().execute(async transaction => {
    await transaction.deleteFrom('customer_domain').execute()
    for (const { name, domains } of customers) {
      const customer_id = await ensureCustomer(transaction, { name, at })
      if (domains.length === 0) continue
      await transaction
        .insertInto('customer_domain')
        .values(domains.map(domain => ({ domain, customer_id })))
        .execute()
    }
  })
}

/** The customers with their domains, as `syncCustomers` or records made them. */
export async function listCustomers(
  db: Kysely<Schema>,
  _input: undefined,
): Promise<readonly CustomerEntry[]> {
  const rows = await db
    .selectFrom('customer')
    .leftJoin('customer_domain', 'customer_domain.customer_id', 'customer.id')
    .select(['customer.name', 'customer_domain.domain'])
    .where('customer.id', '<>', 0)
    .orderBy('customer.name')
    .orderBy('customer_domain.domain')
    .execute()
  const customers = new Map<string, string[]>()
  for (const { name, domain } of rows) {
    const domains = customers.get(name) ?? []
    if (domain !== null) domains.push(domain)
    customers.set(name, domains)
  }
  return [...customers].map(([name, domains]) => ({ name, domains }))
}
