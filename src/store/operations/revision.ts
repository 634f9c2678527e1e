import type { Kysely } from 'kysely'
import type { Schema } from '../schema.js'

/**
 * Counts a change of levels. Comes first in its transaction: it takes the write lock at once on SQLite
 * and puts writers in line on both, so that whoever sees a number sees all changes up to it.
 */
export async function nextRevision(db: Kysely<Schema>): Promise<number> {
  const { value } = await db
    .updateTable('meta')
    .set(update => ({ value: update('value', '+', 1) }))
    .where('name', '=', 'levels-revision')
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

/** Notes that levels are gone: a row that is not there bears no number. */
export async function clearedAt(db: Kysely<Schema>, revision: number): Promise<void> {
  await db
    .updateTable('meta')
    .set({ value: revision })
    .where('name', '=', 'levels-cleared')
    .execute()
}
