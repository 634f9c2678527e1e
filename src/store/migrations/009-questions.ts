import type { Kysely, Migration } from 'kysely'
import { clustered, dialectOf, ofCustomer, required } from './columns.js'

/**
 * Questions to senders: what was asked about which message, for whom, and what came of it. A token of a
 * link is there as its digest alone.
 */
export const questions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const dialect = dialectOf(db)
    await clustered(db.schema.createTable('question'), dialect)
      .addColumn('id', 'text', c => c.primaryKey().notNull())
      .addColumn('customer_id', 'bigint', ofCustomer)
      .addColumn('matter', 'text', required)
      .addColumn('round', 'bigint', required)
      .addColumn('reference', 'text', required)
      .addColumn('sender', 'text', required)
      .addColumn('auth_user', 'text')
      .addColumn('message_id', 'text')
      .addColumn('class', 'text', required)
      .addColumn('content_digest', 'text', required)
      .addColumn('choices', 'text', required)
      .addColumn('officer_choices', 'text', required)
      .addColumn('silence', 'text', required)
      .addColumn('language', 'text', required)
      .addColumn('why', 'text', required)
      .addColumn('first_at', 'bigint', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('joined_at', 'bigint', required)
      .addColumn('until', 'bigint', required)
      .addColumn('asked_at', 'bigint')
      .addColumn('state', 'text', required)
      .addColumn('answer', 'text')
      .addColumn('answered_at', 'bigint')
      .addColumn('answered_by', 'text')
      .addColumn('way', 'text')
      .addColumn('reason', 'text')
      .execute()
    await db.schema
      .createIndex('question_matter')
      .on('question')
      .columns(['matter', 'round'])
      .unique()
      .execute()
    await db.schema.createIndex('question_reference').on('question').column('reference').execute()
    await db.schema.createIndex('question_created').on('question').column('created_at').execute()
    await clustered(db.schema.createTable('question_recipient'), dialect)
      .addColumn('question', 'text', c => c.notNull().references('question.id').onDelete('cascade'))
      .addColumn('key', 'text', required)
      .addColumn('recipient', 'text', required)
      .addPrimaryKeyConstraint('question_recipient_pk', ['question', 'key'])
      .execute()
    await db.schema
      .createIndex('question_recipient_key')
      .on('question_recipient')
      .column('key')
      .execute()
    await clustered(db.schema.createTable('question_token'), dialect)
      .addColumn('digest', 'text', c => c.primaryKey().notNull())
      .addColumn('question', 'text', c => c.notNull().references('question.id').onDelete('cascade'))
      .addColumn('made_at', 'bigint', required)
      .execute()
    await db.schema
      .createIndex('question_token_question')
      .on('question_token')
      .column('question')
      .execute()
  },
}
