import type { Kysely, Migration } from 'kysely'
import { clustered, dialectOf, required } from './columns.js'

/** Answers to sealed letters that were tried to open, known by their ciphertext and nothing of what is in it. */
export const answers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await clustered(db.schema.createTable('letter_answer'), dialectOf(db))
      .addColumn('digest', 'text', c => c.primaryKey().notNull())
      .addColumn('key', 'text', required)
      .addColumn('outcome', 'text', required)
      .addColumn('mail', 'text', required)
      .addColumn('at', 'bigint', required)
      .execute()
    await db.schema
      .createIndex('letter_answer_key')
      .on('letter_answer')
      .columns(['key', 'at'])
      .execute()
    await db.schema.createIndex('letter_answer_at').on('letter_answer').column('at').execute()
  },
}
