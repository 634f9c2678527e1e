import type { Kysely } from 'kysely'
import { ALL_CUSTOMERS, type LevelChange, type LevelEntry } from '../admin.js'
import type { DomainLevelTable, Schema } from '../schema.js'
import { addAudit } from './audit.js'
import { ensureCustomer } from './customers.js'

/** Sets levels, with their history and one note for the audit each; all or none. */
export async function setLevels(
  db: Kysely<Schema>,
  { changes, at }: { readonly changes: readonly LevelChange[]; readonly at: number },
): Promise<void> {
  await db.transaction().execute(async transaction => {
    // First, because it takes the write lock at once on SQLite and puts writers in line on both.
    await transaction
      .updateTable('meta')
      .set(update => ({ value: update('value', '+', 1) }))
      .where('name', '=', 'levels-revision')
      .execute()
    for (const change of changes) await setLevel(transaction, change, at)
  })
}

async function setLevel(db: Kysely<Schema>, change: LevelChange, at: number): Promise<void> {
  const { customer, domain, level, by, reason } = change
  const row: DomainLevelTable = {
    customer_id: await ensureCustomer(db, { name: customer, at }),
    domain,
    level,
    until: change.until ?? null,
    changed_at: at,
    changed_by: by,
    reason,
    match_hosts: (change.match ?? []).join(' '),
    dane: change.dane === true ? 1 : 0,
  }
  await db
    .insertInto('domain_level')
    .values(row)
    .onConflict(conflict => conflict.columns(['customer_id', 'domain']).doUpdateSet(row))
    .execute()
  await db.insertInto('domain_level_change').values(row).execute()
  await addAudit(db, { at, customer, actor: by, act: 'level-set', object: domain, detail: level })
}

export async function listLevels(
  db: Kysely<Schema>,
  { customer }: { readonly customer: string },
): Promise<readonly LevelEntry[]> {
  const rows = await db
    .selectFrom('domain_level')
    .innerJoin('customer', 'customer.id', 'domain_level.customer_id')
    .selectAll('domain_level')
    .select('customer.name as customer')
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .orderBy('domain')
    .orderBy('customer.name')
    .execute()
  return rows.map(toEntry)
}

export async function levelHistory(
  db: Kysely<Schema>,
  { customer, domain }: { readonly customer: string; readonly domain: string },
): Promise<readonly LevelEntry[]> {
  const rows = await db
    .selectFrom('domain_level_change')
    .innerJoin('customer', 'customer.id', 'domain_level_change.customer_id')
    .selectAll('domain_level_change')
    .select('customer.name as customer')
    .where('domain', '=', domain)
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .orderBy('changed_at', 'desc')
    .orderBy('domain_level_change.id', 'desc')
    .execute()
  return rows.map(toEntry)
}

function toEntry(row: DomainLevelTable & { readonly customer: string }): LevelEntry {
  return {
    customer: row.customer,
    domain: row.domain,
    level: row.level,
    until: row.until ?? undefined,
    match: row.match_hosts === '' ? [] : row.match_hosts.split(' '),
    dane: row.dane === 1,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
    reason: row.reason,
  }
}
