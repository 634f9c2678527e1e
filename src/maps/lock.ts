import Sqlite from 'better-sqlite3'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { GatewayError } from '../errors.js'

/** Name of the file that is locked; it holds nothing. */
const LOCK = '.lock'
const AGAIN_MS = 100

/**
 * Does something that no other process does in the same directory meanwhile. The lock is one of the
 * system on a file, by way of SQLite: it ends with the process that holds it, however that ends.
 *
 * Throws  ERR_MAPS_LOCKED when another process holds it for longer than `waitMs`.
 */
export async function withLock<T>(
  directory: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const file = join(directory, LOCK)
  const database = new Sqlite(file, { timeout: 0 })
  try {
    chmodSync(file, 0o600)
    await lock(database, directory, Date.now() + waitMs)
    return await work()
  } finally {
    database.close()
  }
}

async function lock(database: Sqlite.Database, directory: string, until: number): Promise<void> {
  for (;;) {
    try {
      database.exec('begin exclusive')
      return
    } catch (thrown) {
      const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      if (!String(code).startsWith('SQLITE_BUSY')) throw thrown
      if (Date.now() >= until) throw new GatewayError('ERR_MAPS_LOCKED', { directory }, thrown)
    }
    await pause(AGAIN_MS)
  }
}
