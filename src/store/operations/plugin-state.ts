import { sql, type Kysely, type Transaction } from 'kysely'
import type { Schema } from '../schema.js'
import { wrongInput } from '../checked-input.js'

interface KeyAt {
  readonly plugin: string
  readonly key: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** Gives  the value as it was set, null when there is none or its time is over. */
export async function pluginValue(db: Kysely<Schema>, at: KeyAt): Promise<string | null> {
  const row = await db
    .selectFrom('plugin_state')
    .select(['value', 'until'])
    .where('plugin', '=', at.plugin)
    .where('key', '=', at.key)
    .executeTakeFirst()
  return row === undefined || isOver(row, at.now) ? null : row.value
}

interface Limited extends KeyAt {
  /** Keys that one plugin may have at a time. */
  readonly maxKeys: number
}

export interface PluginValueChange extends Limited {
  readonly value: string
  /** Epoch milliseconds; null: no end. */
  readonly until: number | null
}

/** Throws  ERR_STORE_INPUT when the plugin has as many keys as it may have. */
export async function setPluginValue(db: Kysely<Schema>, change: PluginValueChange): Promise<void> {
  await db.transaction().execute(async transaction => {
    await requireRoom(transaction, change)
    await put(transaction, change)
  })
}

export interface PluginCountChange extends Limited {
  readonly by: number
  readonly until: number | null
}

/**
 * Adds to a number; what is not there, over or no number counts from 0. The time of a count runs
 * from its first addition, so that "so many an hour" ends.
 *
 * Gives   the number as it is then.
 */
export async function addToPluginValue(
  db: Kysely<Schema>,
  change: PluginCountChange,
): Promise<number> {
  const { plugin, key, now, by, until } = change
  return db.transaction().execute(async transaction => {
    await requireRoom(transaction, change)
    // First a row that is certainly there: two that add at once then wait for each other.
    await transaction
      .insertInto('plugin_state')
      .values({ plugin, key, value: '0', until })
      .onConflict(conflict =>
        conflict.columns(['plugin', 'key']).doUpdateSet({ value: sql`plugin_state.value` }),
      )
      .execute()
    const row = await transaction
      .selectFrom('plugin_state')
      .select(['value', 'until'])
      .where('plugin', '=', plugin)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    const isFresh = isOver(row, now) || !/^-?\d{1,15}$/.test(row.value)
    const sum = (isFresh ? 0 : Number(row.value)) + by
    await put(transaction, { ...change, value: String(sum), until: isFresh ? until : row.until })
    return sum
  })
}

export async function deletePluginValue(
  db: Kysely<Schema>,
  { plugin, key }: Omit<KeyAt, 'now'>,
): Promise<void> {
  await db.deleteFrom('plugin_state').where('plugin', '=', plugin).where('key', '=', key).execute()
}

function isOver({ until }: { readonly until: number | null }, now: number): boolean {
  return until !== null && until <= now
}

async function put(
  db: Transaction<Schema>,
  { plugin, key, value, until }: Omit<PluginValueChange, 'now' | 'maxKeys'>,
): Promise<void> {
  await db
    .insertInto('plugin_state')
    .values({ plugin, key, value, until })
    .onConflict(conflict => conflict.columns(['plugin', 'key']).doUpdateSet({ value, until }))
    .execute()
}

/** What is over makes room for what is new. */
async function requireRoom(
  db: Transaction<Schema>,
  { plugin, key, now, maxKeys }: Limited,
): Promise<void> {
  const there = await db
    .selectFrom('plugin_state')
    .select('key')
    .where('plugin', '=', plugin)
    .where('key', '=', key)
    .executeTakeFirst()
  if (there !== undefined) return
  if ((await keysOf(db, plugin)) < maxKeys) return
  await db
    .deleteFrom('plugin_state')
    .where('plugin', '=', plugin)
    .where('until', '<=', now)
    .execute()
  if ((await keysOf(db, plugin)) < maxKeys) return
  throw wrongInput(`plugin ${plugin} keeps ${maxKeys} values, and may keep no more`)
}

async function keysOf(db: Transaction<Schema>, plugin: string): Promise<number> {
  const { count } = await db
    .selectFrom('plugin_state')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('plugin', '=', plugin)
    .executeTakeFirstOrThrow()
  return count
}
