import { chmodSync, chownSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { GatewayError, reasonOf } from '../errors.js'

export interface SqliteFileOptions {
  readonly path: string
  /** How long a statement waits for another process that writes. */
  readonly busyMs: number
  /** Largest size of the file; absent: the disk is the limit. */
  readonly maxBytes?: number
}

/** What tells one file from another that was put in its place. */
export interface FileIdentity {
  readonly device: number
  readonly inode: number
}

const PAGE_BYTES = 4096

/**
 * Opens the file of a store, made with mode 0600 (its directory with 0700) if `create` allows it.
 *
 * Throws  ERR_STORE_VANISHED if it is not there and may not be made.
 */
export function openSqliteFile(options: SqliteFileOptions, create: boolean): Database {
  if (create) makePrivateFile(options.path)
  else if (identityOf(options.path) === undefined) throw vanished(options.path)
  const database = new Sqlite(options.path, { fileMustExist: true, timeout: options.busyMs })
  try {
    database.pragma(`page_size = ${PAGE_BYTES}`)
    database.pragma('journal_mode = wal')
    // A decision that Postfix acts on must survive a power cut, so every commit reaches the disk.
    database.pragma('synchronous = full')
    database.pragma('foreign_keys = on')
    database.pragma('trusted_schema = off')
    // Damage is reported when a page is read, not spread; deleted rows leave nothing on the disk.
    database.pragma('cell_size_check = on')
    database.pragma('secure_delete = on')
    database.pragma('journal_size_limit = 67108864')
    if (options.maxBytes !== undefined) {
      database.pragma(`max_page_count = ${Math.ceil(options.maxBytes / PAGE_BYTES)}`)
    }
    return database
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** Undefined when there is no such file. */
export function identityOf(path: string): (FileIdentity & { readonly bytes: number }) | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && { device: found.dev, inode: found.ino, bytes: found.size }
}

/**
 * Makes the empty file of a backup with mode 0600.
 *
 * Throws  ERR_STORE_INPUT if the file exists or cannot be made.
 */
export function makeBackupFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    throw new GatewayError('ERR_STORE_INPUT', { what: `no backup made: ${reasonOf(thrown)}` })
  }
}

export function vanished(path: string): GatewayError {
  return new GatewayError('ERR_STORE_VANISHED', { store: path })
}

function makePrivateFile(path: string): void {
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (identityOf(path) === undefined) {
    closeSync(openSync(path, 'a', 0o600))
    // Made by root on the command line, it must still be the daemon's.
    const owner = statSync(directory)
    if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid)
  }
  const { mode, uid } = statSync(path)
  if ((mode & 0o077) !== 0 && [0, uid].includes(process.getuid?.() ?? -1)) chmodSync(path, 0o600)
}
