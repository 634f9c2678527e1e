import { Migrator, sql, type Kysely, type Migration } from 'kysely'
import { GatewayError } from '../errors.js'
import { first } from './migrations/001-first.js'
import { lanes } from './migrations/002-lanes.js'
import { pluginState } from './migrations/003-plugin-state.js'
import { verdicts } from './migrations/004-verdicts.js'
import { recipientKeys } from './migrations/005-recipient-keys.js'
import { sealing } from './migrations/006-sealing.js'
import { verdictRules } from './migrations/007-verdict-rules.js'
import { answers } from './migrations/008-answers.js'
import { questions } from './migrations/009-questions.js'
import type { Schema } from './schema.js'

type Migrations = Readonly<Record<string, Migration>>

/** Every step of the schema in order. A step that was released is never changed. */
export const MIGRATIONS: Migrations = {
  '001-first': first,
  '002-lanes': lanes,
  '003-plugin-state': pluginState,
  '004-verdicts': verdicts,
  '005-recipient-keys': recipientKeys,
  '006-sealing': sealing,
  '007-verdict-rules': verdictRules,
  '008-answers': answers,
  '009-questions': questions,
}

export interface MigrateOptions {
  /** SQLite: the caller holds the write lock, so the steps run inside its transaction. */
  readonly insideTransaction: boolean
  readonly migrations?: Migrations
}

/**
 * Brings the tables up to date; all steps or none.
 *
 * Gives   the names of the steps that were run now.
 * Throws  ERR_STORE_SCHEMA if a newer Postseal wrote the tables.
 */
export async function migrate(db: Kysely<Schema>, options: MigrateOptions): Promise<string[]> {
  const migrations = options.migrations ?? MIGRATIONS
  await schemaSteps(db, migrations)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    disableTransactions: options.insideTransaction,
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).map(result => result.migrationName)
}

/**
 * What a database has behind it and what it still lacks.
 *
 * Throws  ERR_STORE_SCHEMA if a newer Postseal wrote the tables.
 */
export async function schemaSteps(
  db: Kysely<Schema>,
  migrations: Migrations = MIGRATIONS,
): Promise<{ readonly applied: readonly string[]; readonly pending: readonly string[] }> {
  const applied = await appliedSteps(db)
  const unknown = applied.find(name => !(name in migrations))
  if (unknown !== undefined) throw new GatewayError('ERR_STORE_SCHEMA', { step: unknown })
  return { applied, pending: Object.keys(migrations).filter(name => !applied.includes(name)) }
}

async function appliedSteps(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(table => table.name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return rows.map(row => row.name)
}
