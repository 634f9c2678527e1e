import type { Kysely, Migration } from 'kysely'

/** Verdicts say by which rules they were made, so that those of other rules do not count. */
export const verdictRules: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('domain_verdict')
      .addColumn('rules', 'text', c => c.notNull().defaultTo(''))
      .execute()
  },
}
