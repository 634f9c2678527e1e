import type { Kysely, Migration } from 'kysely'
import { clustered, dialectOf, required } from './columns.js'

/** What plugins keep between messages, each under its own name. */
export const pluginState: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await clustered(db.schema.createTable('plugin_state'), dialectOf(db))
      .addColumn('plugin', 'text', required)
      .addColumn('key', 'text', required)
      .addColumn('value', 'text', required)
      .addColumn('until', 'bigint')
      .addPrimaryKeyConstraint('plugin_state_key', ['plugin', 'key'])
      .execute()
  },
}
