import type { Kysely, Migration } from 'kysely'
import { clustered, dialectOf, ofCustomer, required } from './columns.js'

/**
 * What sealed letters need: the password of each, the queue entries that it went into, passwords that
 * were given or agreed on, and formats that a domain did not take. Every password is encrypted with a
 * key that is not in the database.
 */
export const sealing: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    await clustered(db.schema.createTable('letter'), dialect)
      .addColumn('key', 'text', c => c.primaryKey().notNull())
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('reference', 'text', required)
      .addColumn('sender', 'text', required)
      .addColumn('recipient', 'text', required)
      .addColumn('domain', 'text', required)
      .addColumn('format', 'text', required)
      .addColumn('way', 'text', required)
      .addColumn('secret', 'text')
      .addColumn('telephone', 'text')
      .addColumn('created_at', 'bigint', required)
      .execute()
    await db.schema.createIndex('letter_reference').on('letter').column('reference').execute()
    await db.schema.createIndex('letter_created').on('letter').column('created_at').execute()
    await clustered(db.schema.createTable('letter_try'), dialect)
      .addColumn('queue_id', 'text', required)
      .addColumn('key', 'text', required)
      .addColumn('at', 'bigint', required)
      .addPrimaryKeyConstraint('letter_try_pk', ['queue_id', 'key'])
      .execute()
    await db.schema.createIndex('letter_try_at').on('letter_try').column('at').execute()
    await clustered(db.schema.createTable('given_password'), dialect)
      .addColumn('reference', 'text', c => c.primaryKey().notNull())
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('secret', 'text')
      .addColumn('telephone', 'text')
      .addColumn('created_at', 'bigint', required)
      .execute()
    await db.schema
      .createIndex('given_password_created')
      .on('given_password')
      .column('created_at')
      .execute()
    await clustered(db.schema.createTable('standing_password'), dialect)
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('sender_domain', 'text', required)
      .addColumn('recipient', 'text', required)
      .addColumn('secret', 'text', required)
      .addColumn('set_at', 'bigint', required)
      .addColumn('set_by', 'text', required)
      .addPrimaryKeyConstraint('standing_password_pk', [
        'customer_id',
        'sender_domain',
        'recipient',
      ])
      .execute()
    await clustered(db.schema.createTable('refused_format'), dialect)
      .addColumn('domain', 'text', required)
      .addColumn('format', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('said', 'text', required)
      .addPrimaryKeyConstraint('refused_format_pk', ['domain', 'format'])
      .execute()
  },
}
