import type { Database, Statement } from 'better-sqlite3'
import { GatewayError } from '../errors.js'
import {
  CHILD_COLUMNS,
  CHILD_NAMES,
  MESSAGE_COLUMNS,
  toRows,
  type ChildName,
  type RecordRows,
} from './rows.js'
import { sqliteError, type Failure, toFailure } from './store-error.js'
import type { MessageRecord } from './store.js'

/** `null` for a record that is durable, else why this one alone was refused. */
export type BatchResult = readonly (Failure | null)[]

/**
 * Writes records on one connection, a batch in one transaction, with statements that are compiled
 * once. Synchronous: it runs in the worker thread.
 */
export class SqliteRecorder {
  readonly #database: Database
  readonly #file: string
  readonly #customers = new Map<string, number>()
  readonly #message: Statement
  readonly #children: ReadonlyMap<ChildName, Statement>

  constructor(database: Database, file: string) {
    this.#database = database
    this.#file = file
    this.#message = database.prepare(
      `insert into message (customer_id, ${MESSAGE_COLUMNS.join(', ')})
       values (?${', ?'.repeat(MESSAGE_COLUMNS.length)})`,
    )
    this.#children = new Map(
      CHILD_NAMES.map(name => [
        name,
        database.prepare(
          `insert into ${name} (customer_id, message, position, ${CHILD_COLUMNS[name].join(', ')})
           values (?, ?, ?${', ?'.repeat(CHILD_COLUMNS[name].length)})`,
        ),
      ]),
    )
  }

  /**
   * Throws  what stops the whole batch: locked, full, damaged, or late (`expires` in epoch ms);
   *         nothing of the batch is kept then.
   */
  write(records: readonly MessageRecord[], expires: number): BatchResult {
    try {
      this.#transaction(records, expires)
      return records.map(() => null)
    } catch (thrown) {
      const error = sqliteError(thrown, this.#file)
      if (error.code !== 'ERR_STORE_REFUSED') throw error
      if (records.length === 1) return [toFailure(error)]
      // One record spoils the batch: each gets a transaction of its own, so only that one fails.
      return records.flatMap(record => this.write([record], expires))
    }
  }

  #transaction(records: readonly MessageRecord[], expires: number): void {
    this.#database.exec('begin immediate')
    try {
      for (const record of records) this.#insert(record.customer, toRows(record))
      if (Date.now() >= expires) {
        throw new GatewayError('ERR_STORE_LATE', {
          store: this.#file,
          reason: 'writing took too long',
        })
      }
      this.#database.exec('commit')
    } catch (thrown) {
      // SQLite has already rolled back by itself after some errors, such as a full disk.
      if (this.#database.inTransaction) this.#database.exec('rollback')
      this.#customers.clear()
      throw thrown
    }
  }

  #insert(customer: string, rows: RecordRows): void {
    const customerId = this.#customerId(customer)
    const message = this.#message.run(customerId, ...rows.message).lastInsertRowid
    for (const [name, statement] of this.#children) {
      rows.children[name].forEach((row, position) => {
        statement.run(customerId, message, position, ...row)
      })
    }
  }

  #customerId(name: string): number {
    const known = this.#customers.get(name)
    if (known !== undefined) return known
    this.#database
      .prepare('insert into customer (name, created_at) values (?, ?) on conflict do nothing')
      .run(name, Date.now())
    const id = this.#database.prepare('select id from customer where name = ?').pluck().get(name)
    if (id === 0)
      throw new GatewayError('ERR_STORE_REFUSED', { reason: 'no customer may be named *' })
    this.#customers.set(name, Number(id))
    return Number(id)
  }
}
