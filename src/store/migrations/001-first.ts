import { sql, type CreateTableBuilder, type Kysely, type Migration } from 'kysely'
import { clustered, counted, dialectOf, ofCustomer, required, type Dialect } from './columns.js'

/** All tables of the first release. `down` is left out: the way back is a backup. */
export const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    await customers(db, dialect)
    await messages(db, dialect)
    await levels(db, dialect)
    await records(db, dialect)
  },
}

async function customers(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('customer'), dialect)
    .addColumn('name', 'text', c => c.notNull().unique())
    .addColumn('created_at', 'bigint', required)
    .execute()
  await sql`insert into customer (id, name, created_at) values (0, '*', 0)`.execute(db)
  await clustered(db.schema.createTable('customer_domain'), dialect)
    .addColumn('domain', 'text', c => c.primaryKey().notNull())
    .addColumn('customer_id', 'bigint', ofCustomer)
    .execute()
  await db.schema
    .createIndex('customer_domain_customer')
    .on('customer_domain')
    .column('customer_id')
    .execute()
}

async function messages(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('message'), dialect)
    .addColumn('customer_id', 'bigint', ofCustomer)
    .addColumn('reference', 'text', c => c.notNull().unique())
    .addColumn('at', 'bigint', required)
    .addColumn('queue_id', 'text')
    .addColumn('message_id', 'text')
    .addColumn('sender', 'text', required)
    .addColumn('auth_user', 'text')
    .addColumn('client_address', 'text')
    .addColumn('size_bytes', 'bigint', required)
    .addColumn('mode', 'text', required)
    .addColumn('reply', 'text', required)
    .addColumn('took_ms', 'double precision', required)
    .addColumn('class', 'text', required)
    .addColumn('verdict', 'text', required)
    .addColumn('system', 'text')
    .addColumn('coverage', 'text', required)
    .addColumn('strength', 'text', required)
    .addColumn('content_why', 'text', required)
    .addUniqueConstraint('message_of_customer', ['customer_id', 'id'])
    .execute()
  await db.schema.createIndex('message_at').on('message').columns(['customer_id', 'at']).execute()
  // Only the front of what the sender chose: PostgreSQL refuses index entries over 2,704 bytes.
  await sql`create index message_queue_id on message (substr(queue_id, 1, 200))`.execute(db)
  await sql`create index message_message_id on message (substr(message_id, 1, 200))`.execute(db)

  await child(db, dialect, 'recipient')
    .addColumn('address', 'text', required)
    .addColumn('domain', 'text', required)
    .addColumn('level', 'text', required)
    .addColumn('action', 'text', required)
    .addColumn('lane', 'text')
    .addColumn('table_row', 'text', required)
    .execute()
  await child(db, dialect, 'label')
    .addColumn('plugin', 'text', required)
    .addColumn('label', 'text', required)
    .addColumn('class', 'text', required)
    .addColumn('part', 'text')
    .addColumn('seen_count', 'double precision')
    .execute()
  await child(db, dialect, 'finding')
    .addColumn('path', 'text', required)
    .addColumn('system', 'text', required)
    .addColumn('verdict', 'text', required)
    .execute()
}

/** A list that belongs to a message and goes with it. */
function child(db: Kysely<unknown>, dialect: Dialect, name: string) {
  return clustered(db.schema.createTable(name), dialect)
    .addColumn('customer_id', 'bigint', required)
    .addColumn('message', 'bigint', required)
    .addColumn('position', 'integer', required)
    .addColumn('why', 'text', required)
    .addPrimaryKeyConstraint(`${name}_key`, ['customer_id', 'message', 'position'])
    .addForeignKeyConstraint(
      `${name}_of_message`,
      ['customer_id', 'message'],
      'message',
      ['customer_id', 'id'],
      key => key.onDelete('cascade'),
    )
}

async function levels(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const columns = <N extends string, C extends string>(table: CreateTableBuilder<N, C>) =>
    table
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('domain', 'text', required)
      .addColumn('level', 'text', required)
      .addColumn('until', 'bigint')
      .addColumn('changed_at', 'bigint', required)
      .addColumn('changed_by', 'text', required)
      .addColumn('reason', 'text', required)
  await columns(clustered(db.schema.createTable('domain_level'), dialect))
    .addPrimaryKeyConstraint('domain_level_key', ['customer_id', 'domain'])
    .execute()
  await columns(counted(db.schema.createTable('domain_level_change'), dialect)).execute()
  await db.schema
    .createIndex('domain_level_change_domain')
    .on('domain_level_change')
    .columns(['customer_id', 'domain', 'changed_at'])
    .execute()
}

async function records(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await counted(db.schema.createTable('audit'), dialect)
    .addColumn('at', 'bigint', required)
    .addColumn('customer_id', 'bigint', ofCustomer)
    .addColumn('actor', 'text', required)
    .addColumn('act', 'text', required)
    .addColumn('object', 'text', required)
    .addColumn('detail', 'text', required)
    .execute()
  await db.schema.createIndex('audit_at').on('audit').columns(['customer_id', 'at']).execute()
  await clustered(db.schema.createTable('meta'), dialect)
    .addColumn('name', 'text', c => c.primaryKey().notNull())
    .addColumn('value', 'bigint', required)
    .execute()
  await sql`insert into meta (name, value) values ('levels-revision', 0)`.execute(db)
}
