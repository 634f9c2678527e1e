import Sqlite, { type Database } from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Test } from 'tap'
import { migrate } from '../../src/store/migrate.js'
import type { Schema } from '../../src/store/schema.js'
import { SqliteRecorder } from '../../src/store/sqlite-recorder.js'

/** Our tables in memory, for a test of one operation. */
export async function memoryDatabase(t: Test): Promise<{
  readonly database: Database
  readonly db: Kysely<Schema>
  readonly recorder: SqliteRecorder
}> {
  const database = new Sqlite(':memory:')
  database.pragma('foreign_keys = on')
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  t.teardown(() => db.destroy())
  await migrate(db, { insideTransaction: true })
  return { database, db, recorder: new SqliteRecorder(database, 'memory') }
}
