import {
  PostgresAdapter,
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Kysely,
  sql,
} from 'kysely'

/** What the two databases write differently. */
export type Dialect = 'sqlite' | 'postgres'

export function dialectOf(db: Kysely<unknown>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'
}

/**
 * A key that the database counts. SQLite's `integer primary key` is the row's own number; without
 * AUTOINCREMENT, which would write a second table with every row.
 */
export function counted<N extends string, C extends string>(
  table: CreateTableBuilder<N, C>,
  dialect: Dialect,
) {
  return dialect === 'sqlite'
    ? table.addColumn('id', 'integer', c => c.primaryKey())
    : table.addColumn('id', 'bigint', c => c.primaryKey().generatedByDefaultAsIdentity())
}

/** Rows kept in the order of their primary key: one tree to write instead of two. */
export function clustered<N extends string, C extends string>(
  table: CreateTableBuilder<N, C>,
  dialect: Dialect,
) {
  return dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table
}

/** A column that always has a value. */
export const required = (column: ColumnDefinitionBuilder) => column.notNull()

/** The number of a customer who is known. */
export const ofCustomer = (column: ColumnDefinitionBuilder) =>
  column.notNull().references('customer.id')
