import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { GatewayError } from '../errors.js'
import type { Backend, Refusal } from './backend.js'
import { migrate, schemaSteps } from './migrate.js'
import {
  runOperation,
  type OperationInput,
  type OperationName,
  type OperationResult,
} from './operations.js'
import { insertStatement, parametersOf } from './postgres-insert.js'
import type { Schema } from './schema.js'
import { postgresError } from './store-error.js'
import type { MessageRecord } from './store.js'

export interface PostgresOptions {
  readonly url: string
  readonly deadlineMs: number
  /** Told when the server drops a connection that nobody uses at the moment. */
  readonly onIdleError?: (error: GatewayError) => void
}

const MAX_CONNECTIONS = 10

/** Migrating large tables takes its time; the limit of a single call is too short for it. */
const OPEN_DEADLINE_MS = 60_000

/** int8 as number: our numbers are counters and epoch milliseconds, far below 2^53. */
const INT8 = 20

/** A store on a PostgreSQL server, which several gateways may share. */
export class PostgresBackend implements Backend {
  readonly #pool: pg.Pool
  readonly #db: Kysely<Schema>
  readonly #server: string
  readonly #customers = new Map<string, number>()

  private constructor(pool: pg.Pool, server: string) {
    this.#pool = pool
    this.#server = server
    this.#db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  }

  static async open(options: PostgresOptions): Promise<PostgresBackend> {
    const server = serverName(options.url)
    await migrateServer(options.url, server)
    const pool = newPool(options.url, options.deadlineMs, MAX_CONNECTIONS)
    // Without a listener a dropped idle connection would end the process.
    pool.on('error', thrown => options.onIdleError?.(postgresError(thrown, server)))
    return new PostgresBackend(pool, server)
  }

  async write(records: readonly MessageRecord[], expires: number): Promise<readonly Refusal[]> {
    try {
      await this.#insert(records, expires)
      return records.map(() => null)
    } catch (thrown) {
      this.#customers.clear()
      const error = postgresError(thrown, this.#server)
      if (error.code !== 'ERR_STORE_REFUSED') throw error
      if (records.length === 1) return [error]
      // One record spoils the batch: each gets a transaction of its own, so only that one fails.
      const refusals: Refusal[] = []
      for (const record of records) refusals.push(...(await this.write([record], expires)))
      return refusals
    }
  }

  async run<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
  ): Promise<OperationResult<N>> {
    try {
      return await runOperation(this.#db, name, input)
    } catch (thrown) {
      throw postgresError(thrown, this.#server)
    }
  }

  backup(): Promise<void> {
    const what = 'this store is on PostgreSQL: make a backup with pg_dump'
    return Promise.reject(new GatewayError('ERR_STORE_UNSUPPORTED', { what }))
  }

  checkIntegrity(): Promise<readonly string[]> {
    const what = 'this store is on PostgreSQL: check it with pg_amcheck'
    return Promise.reject(new GatewayError('ERR_STORE_UNSUPPORTED', { what }))
  }

  async close(): Promise<void> {
    await this.#db.destroy()
  }

  async #insert(records: readonly MessageRecord[], expires: number): Promise<void> {
    const customers = new Map<string, number>()
    for (const { customer } of records) {
      if (!customers.has(customer)) customers.set(customer, await this.#customerId(customer))
    }
    if (Date.now() >= expires) {
      throw new GatewayError('ERR_STORE_LATE', {
        store: this.#server,
        reason: 'the batch waited too long',
      })
    }
    await this.#pool.query({
      name: 'record',
      text: insertStatement,
      values: parametersOf(records, customers),
    })
  }

  async #customerId(name: string): Promise<number> {
    const known = this.#customers.get(name)
    if (known !== undefined) return known
    const id = await runOperation(this.#db, 'ensureCustomer', { name, at: Date.now() })
    if (id === 0)
      throw new GatewayError('ERR_STORE_REFUSED', { reason: 'no customer may be named *' })
    this.#customers.set(name, id)
    return id
  }
}

/** The address without user and password, for logs and errors. */
export function serverName(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url)
    const host = hostname === '' ? (searchParams.get('host') ?? 'localhost') : hostname
    return `postgres://${host}${port === '' ? '' : `:${port}`}${pathname}`
  } catch {
    throw new GatewayError('ERR_STORE_URL', {
      what: 'the address of the PostgreSQL store is wrong',
    })
  }
}

/** Kysely's migrator runs all steps in one transaction under an advisory lock of the server. */
async function migrateServer(url: string, server: string): Promise<void> {
  const pool = newPool(url, OPEN_DEADLINE_MS, 1)
  pool.on('error', () => undefined)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  try {
    const { pending } = await schemaSteps(db)
    if (pending.length > 0) await migrate(db, { insideTransaction: false })
  } catch (thrown) {
    throw postgresError(thrown, server)
  } finally {
    await db.destroy()
  }
}

function newPool(connectionString: string, deadlineMs: number, max: number): pg.Pool {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  return new pg.Pool({
    connectionString,
    max,
    application_name: 'postseal',
    connectionTimeoutMillis: deadlineMs,
    // The server gives up a little before the client does, so the connection can be used again.
    statement_timeout: deadlineMs,
    lock_timeout: deadlineMs,
    idle_in_transaction_session_timeout: deadlineMs,
    query_timeout: deadlineMs + 500,
    types,
  })
}
