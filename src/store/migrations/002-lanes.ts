import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely'
import { clustered, counted, dialectOf, ofCustomer, required, type Dialect } from './columns.js'

/**
 * What the lanes need: the passes of a message, what one pass leaves for the next, who waits, what
 * senders are told, and what the log of Postfix says.
 */
export const lanes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    await passes(db)
    await protectionOfDomains(db)
    await waitingRoom(db, dialect)
    await outbox(db, dialect)
    await evidence(db, dialect)
    await small(db, dialect)
  },
}

async function passes(db: Kysely<unknown>): Promise<void> {
  const message = db.schema.alterTable('message')
  await message.addColumn('pass', 'text', c => c.notNull().defaultTo('first')).execute()
  await message.addColumn('root', 'text').execute()
  await message.addColumn('transit', 'text').execute()
  // What the retention may delete although it spares what is on its way (operations/purge.ts).
  await sql`create index message_ended on message (customer_id, at) where transit is null`.execute(
    db,
  )
  // Most messages have one pass, and their root is their own reference: they are not in it.
  await sql`create index message_root on message (root) where root is not null`.execute(db)
}

async function protectionOfDomains(db: Kysely<unknown>): Promise<void> {
  for (const name of ['domain_level', 'domain_level_change']) {
    const table = db.schema.alterTable(name)
    await table.addColumn('match_hosts', 'text', c => c.notNull().defaultTo('')).execute()
    await table.addColumn('dane', 'integer', c => c.notNull().defaultTo(0)).execute()
  }
}

async function waitingRoom(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await clustered(db.schema.createTable('waiting'), dialect)
    .addColumn('key', 'text', c => c.primaryKey().notNull())
    .addColumn('customer_id', 'bigint', ofCustomer)
    .addColumn('reference', 'text', required)
    .addColumn('sender', 'text', required)
    .addColumn('recipient', 'text', required)
    .addColumn('domain', 'text', required)
    .addColumn('why', 'text', required)
    .addColumn('queue_id', 'text')
    .addColumn('since', 'bigint', required)
    .addColumn('last_try', 'bigint', required)
    .addColumn('tries', 'bigint', required)
    .addColumn('until', 'bigint', required)
    .addColumn('verdict', 'text')
    .addColumn('decided_by', 'text')
    .addColumn('decided_at', 'bigint')
    .addColumn('reason', 'text')
    .addColumn('woken_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_how', 'text')
    .execute()
  await sql`create index waiting_open on waiting (customer_id, since) where ended_at is null`.execute(
    db,
  )
  await sql`create index waiting_queue_id on waiting (queue_id) where ended_at is null`.execute(db)
  await sql`create index waiting_reference on waiting (reference) where ended_at is null`.execute(
    db,
  )
  await db.schema.createIndex('waiting_ended').on('waiting').column('ended_at').execute()
}

async function outbox(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('notice'), dialect)
    .addColumn('customer_id', 'bigint', ofCustomer)
    .addColumn('waiting_key', 'text', required)
    .addColumn('kind', 'text', required)
    .addColumn('to_address', 'text', required)
    .addColumn('recipient', 'text', required)
    .addColumn('reference', 'text', required)
    .addColumn('why', 'text', required)
    .addColumn('message_id', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('not_before', 'bigint', required)
    .addColumn('attempts', 'bigint', required)
    .addColumn('cause', 'text')
    .addColumn('released_at', 'bigint')
    .addColumn('taken_until', 'bigint', required)
    .addColumn('sent_at', 'bigint')
    .addUniqueConstraint('notice_once', ['waiting_key', 'kind'])
    .execute()
  await sql`create index notice_due on notice (not_before) where sent_at is null`.execute(db)
  await sql`create index notice_held on notice (cause) where released_at is null`.execute(db)
  await db.schema.createIndex('notice_created').on('notice').column('created_at').execute()
  await db.schema.createIndex('notice_customer').on('notice').column('customer_id').execute()
}

async function evidence(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('queue_entry'), dialect)
    .addColumn('queue_id', 'text', required)
    .addColumn('last_at', 'bigint', required)
    .addColumn('removed', 'integer', required)
    .execute()
  // Postfix uses an id again once its entry is gone: one entry at a time has it.
  await sql`create unique index queue_entry_open on queue_entry (queue_id) where removed = 0`.execute(
    db,
  )
  await db.schema.createIndex('queue_entry_id').on('queue_entry').column('queue_id').execute()
  await db.schema.createIndex('queue_entry_age').on('queue_entry').column('last_at').execute()
  await line(db, dialect, 'delivery', table =>
    table
      .addColumn('recipient', 'text', required)
      .addColumn('status', 'text', required)
      .addColumn('tls_trust', 'text')
      .addColumn('tls_protocol', 'text')
      .addColumn('tls_cipher', 'text')
      .addColumn('tls_details', 'text'),
  )
  await line(db, dialect, 'attempt', table => table)
  await clustered(db.schema.createTable('follow_position'), dialect)
    .addColumn('source', 'text', c => c.primaryKey().notNull())
    .addColumn('position', 'text', required)
    .addColumn('at', 'bigint', required)
    .execute()
}

/** Lines of the log about a queue entry, which go with it. */
async function line(
  db: Kysely<unknown>,
  dialect: Dialect,
  name: 'delivery' | 'attempt',
  further: (table: CreateTableBuilder<typeof name>) => CreateTableBuilder<typeof name>,
): Promise<void> {
  const table = counted(db.schema.createTable(name), dialect)
    .addColumn('entry', 'bigint', c => c.notNull().references('queue_entry.id').onDelete('cascade'))
    .addColumn('at', 'bigint', required)
    .addColumn('service', 'text', required)
    .addColumn('relay', 'text', required)
    .addColumn('dsn', 'text', required)
    .addColumn('said', 'text', required)
    .addColumn('digest', 'text', c => c.notNull().unique())
  await further(table).execute()
  await db.schema.createIndex(`${name}_entry`).on(name).columns(['entry', 'at']).execute()
}

async function small(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await clustered(db.schema.createTable('probe_request'), dialect)
    .addColumn('domain', 'text', c => c.primaryKey().notNull())
    .addColumn('why', 'text', required)
    .addColumn('asked_at', 'bigint', required)
    .execute()
  await clustered(db.schema.createTable('secret'), dialect)
    .addColumn('name', 'text', c => c.primaryKey().notNull())
    .addColumn('value', 'text', required)
    .execute()
  await sql`insert into meta (name, value) values ('paused', 0)`.execute(db)
}
