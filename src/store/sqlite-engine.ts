import { rmSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { GatewayError } from '../errors.js'
import type { BackupProgress } from './admin.js'
import { migrate, schemaSteps } from './migrate.js'
import {
  runOperation,
  type OperationInput,
  type OperationName,
  type OperationResult,
} from './operations.js'
import type { Schema } from './schema.js'
import {
  identityOf,
  makeBackupFile,
  openSqliteFile,
  vanished,
  type FileIdentity,
  type SqliteFileOptions,
} from './sqlite-file.js'
import { SqliteRecorder, type BatchResult } from './sqlite-recorder.js'
import { needsReopen, sqliteError } from './store-error.js'
import type { MessageRecord } from './store.js'

/** Pages that one step of a backup copies: about 4 MiB, a few milliseconds. */
const BACKUP_PAGES = 1000

interface Opened {
  readonly database: Database
  readonly db: Kysely<Schema>
  readonly recorder: SqliteRecorder
  readonly identity: FileIdentity
}

/**
 * A store in one SQLite file, as it runs in the worker thread. Its calls must not overlap, but for
 * `backup`. After damage, or when the file is gone, the next call opens the file again.
 */
export class SqliteEngine {
  readonly #options: SqliteFileOptions
  #opened: Opened | undefined

  constructor(options: SqliteFileOptions) {
    this.#options = options
  }

  /** Opens the file and brings its tables up to date; `create` makes what is not there. */
  async open(create: boolean): Promise<void> {
    await this.#guard(async () => {
      await this.#open(create)
    })
  }

  /** Throws what stops the whole batch; nothing of it is kept then. */
  async write(records: readonly MessageRecord[], expires: number): Promise<BatchResult> {
    return this.#guard(async () => {
      if (Date.now() >= expires) {
        throw new GatewayError('ERR_STORE_LATE', {
          store: this.#options.path,
          reason: 'the batch waited too long',
        })
      }
      const { recorder } = await this.#current()
      return recorder.write(records, expires)
    })
  }

  async run<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
  ): Promise<OperationResult<N>> {
    return this.#guard<OperationResult<N>>(() =>
      this.#current().then(({ db }) => runOperation(db, name, input)),
    )
  }

  async backup(file: string, onProgress: (progress: BackupProgress) => void): Promise<void> {
    await this.#guard(async () => {
      const { database } = await this.#current()
      makeBackupFile(file)
      try {
        await database.backup(file, {
          progress: ({ totalPages, remainingPages }) => {
            onProgress({ totalPages, remainingPages })
            return BACKUP_PAGES
          },
        })
      } catch (thrown) {
        rmSync(file, { force: true })
        throw thrown
      }
    })
  }

  async checkIntegrity(): Promise<readonly string[]> {
    return this.#guard(async () => {
      const { database } = await this.#current()
      const found = database.pragma('integrity_check(100)') as { integrity_check: string }[]
      const orphans = database.pragma('foreign_key_check') as { table: string }[]
      return [
        ...found.map(row => row.integrity_check).filter(text => text !== 'ok'),
        ...orphans.map(({ table }) => `a row of ${table} belongs to nothing`),
      ]
    })
  }

  close(): void {
    this.#opened?.database.close()
    this.#opened = undefined
  }

  async #current(): Promise<Opened> {
    const opened = this.#opened
    if (opened === undefined) return this.#open(false)
    // SQLite goes on writing into a file that nobody can find any more; mail must not rely on that.
    const now = identityOf(this.#options.path)
    if (now?.inode === opened.identity.inode && now.device === opened.identity.device) {
      return opened
    }
    this.close()
    if (now === undefined) throw vanished(this.#options.path)
    return this.#open(false)
  }

  async #open(create: boolean): Promise<Opened> {
    const database = openSqliteFile(this.#options, create)
    try {
      const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
      const { applied, pending } = await schemaSteps(db)
      if (!create && applied.length === 0) throw this.#damaged('it has no tables')
      if (pending.length > 0) {
        database.exec('begin immediate')
        await migrate(db, { insideTransaction: true })
        database.exec('commit')
      }
      const identity = identityOf(this.#options.path)
      if (identity === undefined) throw vanished(this.#options.path)
      const recorder = new SqliteRecorder(database, this.#options.path)
      this.#opened = { database, db, recorder, identity }
      return this.#opened
    } catch (thrown) {
      database.close()
      throw thrown
    }
  }

  #damaged(reason: string): GatewayError {
    return new GatewayError('ERR_STORE_DAMAGED', { store: this.#options.path, reason })
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      const error = sqliteError(thrown, this.#options.path)
      if (needsReopen(error)) this.close()
      throw error
    }
  }
}
