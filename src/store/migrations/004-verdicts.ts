import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely'
import { clustered, counted, dialectOf, required, type Dialect } from './columns.js'

/** What the prober needs: who looks at which domain when, verdicts with their facts, confirmations. */
export const verdicts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    await levelsInOrder(db, dialect)
    await schedule(db, dialect)
    await verdictsOfDomains(db, dialect)
    await confirmations(db, dialect)
  },
}

/** Names are read in the order of their bytes, whatever the language of the server is. */
const nameType = (dialect: Dialect) => (dialect === 'postgres' ? sql`text collate "C"` : sql`text`)

async function levelsInOrder(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') {
    await sql`alter table domain_level alter column domain type text collate "C"`.execute(db)
  }
  const table = db.schema.alterTable('domain_level')
  await table.addColumn('next_hop', 'text').execute()
  await table.addColumn('revision', 'bigint', c => c.notNull().defaultTo(0)).execute()
  await db.schema.alterTable('domain_level_change').addColumn('next_hop', 'text').execute()
  await db.schema
    .createIndex('domain_level_revision')
    .on('domain_level')
    .columns(['revision', 'domain'])
    .execute()
  await db.schema
    .createIndex('domain_level_domain')
    .on('domain_level')
    .columns(['domain', 'customer_id'])
    .execute()
}

async function schedule(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await clustered(db.schema.createTable('domain_schedule'), dialect)
    .addColumn('domain', nameType(dialect), c => c.primaryKey().notNull())
    .addColumn('origin', 'text', required)
    .addColumn('known_at', 'bigint', required)
    .addColumn('seen_at', 'bigint', required)
    .addColumn('due_at', 'bigint', required)
    .addColumn('tries', 'bigint', required)
    .addColumn('asked_at', 'bigint')
    .addColumn('asked_why', 'text')
    .addColumn('leased_until', 'bigint', required)
    .addColumn('leased_by', 'text')
    .execute()
  await db.schema
    .createIndex('domain_schedule_due')
    .on('domain_schedule')
    .columns(['due_at', 'domain'])
    .execute()
  await sql`create index domain_schedule_asked on domain_schedule (asked_at, domain)
    where asked_at is not null`.execute(db)
  await sql`create index domain_schedule_unseen on domain_schedule (seen_at)
    where origin = 'traffic'`.execute(db)
  await sql`insert into domain_schedule (domain, origin, known_at, seen_at, due_at, tries, asked_at,
      asked_why, leased_until)
    select domain, 'traffic', asked_at, asked_at, asked_at, 0, asked_at, why, 0
    from probe_request`.execute(db)
  await db.schema.dropTable('probe_request').execute()
  await sql`insert into meta (name, value)
    values ('domains-learnt', 0), ('levels-cleared', 0)`.execute(db)
}

async function verdictsOfDomains(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const columns = <N extends string, C extends string>(table: CreateTableBuilder<N, C>) =>
    table
      .addColumn('level', 'text', required)
      .addColumn('until', 'bigint', required)
      .addColumn('match_hosts', 'text', required)
      .addColumn('spki', 'text', required)
      .addColumn('dane', 'integer', required)
      .addColumn('profile', 'text', required)
      .addColumn('edition', 'text', required)
      .addColumn('reasons', 'text', required)
      .addColumn('saved_at', 'bigint', required)
  await columns(
    clustered(db.schema.createTable('domain_verdict'), dialect).addColumn(
      'domain',
      nameType(dialect),
      c => c.primaryKey().notNull(),
    ),
  )
    .addColumn('probed_at', 'bigint', required)
    .addColumn('revision', 'bigint', required)
    .addColumn('tried_at', 'bigint')
    .addColumn('tried_reasons', 'text')
    .execute()
  await db.schema
    .createIndex('domain_verdict_revision')
    .on('domain_verdict')
    .columns(['revision', 'domain'])
    .execute()
  await db.schema.createIndex('domain_verdict_until').on('domain_verdict').column('until').execute()
  // Facts are long, and most questions are about verdicts alone. As rows of an ordinary table they do
  // not stand in the way of a search by name.
  await db.schema
    .createTable('domain_facts')
    .addColumn('domain', nameType(dialect), c => c.primaryKey().notNull())
    .addColumn('facts', 'text', required)
    .execute()
  await columns(
    counted(db.schema.createTable('domain_verdict_change'), dialect).addColumn(
      'domain',
      'text',
      required,
    ),
  )
    .addColumn('in_force', 'integer', required)
    .execute()
  await db.schema
    .createIndex('domain_verdict_change_domain')
    .on('domain_verdict_change')
    .columns(['domain', 'id'])
    .execute()
  await db.schema
    .createIndex('domain_verdict_change_age')
    .on('domain_verdict_change')
    .column('saved_at')
    .execute()
}

async function confirmations(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('confirmation'), dialect)
    .addColumn('kind', 'text', required)
    .addColumn('pattern', 'text', required)
    .addColumn('confirmed_by', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('confirmed_at', 'bigint', required)
    .addColumn('until', 'bigint')
    .addColumn('withdrawn_at', 'bigint')
    .execute()
  await clustered(db.schema.createTable('probe_quota'), dialect)
    .addColumn('asker', 'text', required)
    .addColumn('hour', 'bigint', required)
    .addColumn('asked', 'bigint', required)
    .addPrimaryKeyConstraint('probe_quota_key', ['hour', 'asker'])
    .execute()
}
