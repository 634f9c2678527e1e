import { sql, type Kysely, type Selectable } from 'kysely'
import { ALL_CUSTOMERS, type LevelChange, type LevelEntry, type LevelSummary } from '../admin.js'
import type { DomainLevelTable, Schema } from '../schema.js'
import { addAudit } from './audit.js'
import { customerIdOf, ensureCustomer } from './customers.js'
import { clearedAt, nextRevision } from './revision.js'

/** Sets levels, with their history and one note for the audit each; all or none. */
export async function setLevels(
  db: Kysely<Schema>,
  { changes, at }: { readonly changes: readonly LevelChange[]; readonly at: number },
): Promise<void> {
  await db.transaction().execute(async transaction => {
    const revision = await nextRevision(transaction)
    for (const change of changes) await setLevel(transaction, change, at, revision)
  })
}

async function setLevel(
  db: Kysely<Schema>,
  change: LevelChange,
  at: number,
  revision: number,
): Promise<void> {
  const { customer, domain, level, by, reason } = change
  const row = {
    customer_id: await ensureCustomer(db, { name: customer, at }),
    domain,
    level,
    until: change.until ?? null,
    changed_at: at,
    changed_by: by,
    reason,
    match_hosts: (change.match ?? []).join(' '),
    dane: change.dane === true ? 1 : 0,
    next_hop: change.nextHop ?? null,
  }
  const inForce = { ...row, revision }
  await db
    .insertInto('domain_level')
    .values(inForce)
    .onConflict(conflict => conflict.columns(['customer_id', 'domain']).doUpdateSet(inForce))
    .execute()
  await db.insertInto('domain_level_change').values(row).execute()
  await addAudit(db, { at, customer, actor: by, act: 'level-set', object: domain, detail: level })
}

/**
 * Takes an administrator's level back, so that what the prober finds counts again.
 *
 * Gives   whether there was one.
 */
export async function unsetLevel(
  db: Kysely<Schema>,
  { customer, domain, by, reason, at }: Omit<LevelChange, 'level'> & { readonly at: number },
): Promise<boolean> {
  return db.transaction().execute(async transaction => {
    const revision = await nextRevision(transaction)
    const customer_id = await customerIdOf(transaction, customer)
    if (customer_id === undefined) return false
    const { numDeletedRows } = await transaction
      .deleteFrom('domain_level')
      .where('customer_id', '=', customer_id)
      .where('domain', '=', domain)
      .executeTakeFirst()
    if (numDeletedRows === 0n) return false
    await clearedAt(transaction, revision)
    await transaction
      .insertInto('domain_level_change')
      .values({
        customer_id,
        domain,
        level: 'undetermined',
        until: null,
        changed_at: at,
        changed_by: by,
        reason,
        match_hosts: '',
        dane: 0,
        next_hop: null,
      })
      .execute()
    await addAudit(transaction, {
      at,
      customer,
      actor: by,
      act: 'level-unset',
      object: domain,
      detail: reason,
    })
    return true
  })
}

/** Behind a domain and a customer, by both. */
export async function listLevels(
  db: Kysely<Schema>,
  { customer, after, limit }: PageOfSetLevels,
): Promise<readonly LevelEntry[]> {
  const rows = await db
    .selectFrom('domain_level')
    .innerJoin('customer', 'customer.id', 'domain_level.customer_id')
    .selectAll('domain_level')
    .select('customer.name as customer')
    .$if(customer !== ALL_CUSTOMERS, query => query.where('customer.name', '=', customer))
    .$if(after !== undefined, query =>
      query.where(where =>
        where.or([
          where('domain', '>', after?.domain ?? ''),
          where.and([
            where('domain', '=', after?.domain ?? ''),
            where('customer.name', '>', after?.customer ?? ''),
          ]),
        ]),
      ),
    )
    .orderBy('domain')
    .orderBy('customer.name')
    .limit(limit)
    .execute()
  return rows.map(toEntry)
}

export interface PageOfSetLevels {
  readonly customer: string
  /** Undefined: from the first one. */
  readonly after: Pick<LevelEntry, 'domain' | 'customer'> | undefined
  readonly limit: number
}

export async function levelSummary(
  db: Kysely<Schema>,
  { now, sampleSize }: { readonly now: number; readonly sampleSize: number },
): Promise<LevelSummary> {
  const counts = await Promise.all([
    summaryOf(db, 'domain_level', 'changed_at', now),
    summaryOf(db, 'domain_verdict', 'saved_at', now),
  ])
  const times = counts.flatMap(({ latest }) => (latest === null ? [] : [latest]))
  const sample = [
    ...(await namesIn(db, 'domain_level', sampleSize)),
    ...(await namesIn(db, 'domain_verdict', sampleSize)),
  ]
  return {
    count: counts.reduce((sum, { count }) => sum + count, 0),
    expired: counts.reduce((sum, { expired }) => sum + expired, 0),
    changedAt: times.length === 0 ? undefined : Math.max(...times),
    sample: [...new Set(sample)].slice(0, sampleSize),
  }
}

/** Names of domains themselves, not of what lies below them. */
async function namesIn(
  db: Kysely<Schema>,
  table: 'domain_level' | 'domain_verdict',
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom(table)
    .select('domain')
    .distinct()
    .where('domain', '>=', '/')
    .orderBy('domain')
    .limit(limit)
    .execute()
  return rows.map(({ domain }) => domain)
}

interface Counts {
  readonly count: number
  readonly expired: number
  readonly latest: number | null
}

async function summaryOf(
  db: Kysely<Schema>,
  table: string,
  column: string,
  now: number,
): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select count(*) as count, count(case when until <= ${now} then 1 end) as expired,
      max(${sql.ref(column)}) as latest
    from ${sql.table(table)}`.execute(db)
  return rows[0] ?? { count: 0, expired: 0, latest: null }
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

function toEntry(
  row: Omit<Selectable<DomainLevelTable>, 'revision'> & { readonly customer: string },
): LevelEntry {
  return {
    customer: row.customer,
    domain: row.domain,
    level: row.level,
    until: row.until ?? undefined,
    match: row.match_hosts === '' ? [] : row.match_hosts.split(' '),
    dane: row.dane === 1,
    ...(row.next_hop === null ? {} : { nextHop: row.next_hop }),
    changedAt: row.changed_at,
    changedBy: row.changed_by,
    reason: row.reason,
  }
}
