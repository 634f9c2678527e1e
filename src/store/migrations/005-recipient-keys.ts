import { sql, type Kysely, type Migration } from 'kysely'
import { counted, dialectOf, ofCustomer, required } from './columns.js'

/** Certificates and OpenPGP keys of recipients. */
export const recipientKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    // Owners are listed in the order of their bytes, whatever the language of the server is.
    const nameType = dialect === 'postgres' ? sql`text collate "C"` : sql`text`
    await counted(db.schema.createTable('encryption_key'), dialect)
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('owner', nameType, required)
      .addColumn('system', 'text', required)
      .addColumn('fingerprint', 'text', required)
      .addColumn('bytes', 'text', required)
      .addColumn('chain', 'text', required)
      .addColumn('holder', 'text', required)
      .addColumn('algorithm', 'text', required)
      .addColumn('not_before', 'bigint', required)
      .addColumn('not_after', 'bigint')
      .addColumn('source', 'text', required)
      .addColumn('added_at', 'bigint', required)
      .addColumn('added_by', 'text', required)
      .addColumn('used_at', 'bigint')
      .addUniqueConstraint('encryption_key_once', ['customer_id', 'owner', 'fingerprint'])
      .execute()
    await db.schema
      .createIndex('encryption_key_owner')
      .on('encryption_key')
      .columns(['owner', 'id'])
      .execute()
  },
}
