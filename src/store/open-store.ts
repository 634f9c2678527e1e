import { resolve } from 'node:path'
import { GatewayError } from '../errors.js'
import type { Backend } from './backend.js'
import { DatabaseStore, type DatabaseStoreOptions } from './database-store.js'
import { PostgresBackend, serverName } from './postgres-backend.js'
import { SqliteBackend, type SqliteBackendOptions } from './sqlite-backend.js'

export interface OpenStoreOptions extends Omit<DatabaseStoreOptions, 'name'> {
  /** `sqlite:PATH` or `postgres://…`. */
  readonly url: string
  /** Largest size of a SQLite file; absent: the disk is the limit. */
  readonly maxBytes?: number
  /** SQLite: starts the thread; a test passes its own. */
  readonly startWorker?: SqliteBackendOptions['startWorker']
}

/**
 * Opens the store and brings its tables up to date, making the file if there is none.
 *
 * Throws  ERR_STORE_URL, ERR_STORE_SCHEMA (written by a newer version), or a temporary error.
 */
export async function openStore(options: OpenStoreOptions): Promise<DatabaseStore> {
  const { url, deadlineMs } = options
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length)
    if (path === '' || path.startsWith(':')) throw wrongUrl('sqlite: needs the path of a file')
    const file = resolve(path)
    const backend = await SqliteBackend.open({
      path: file,
      deadlineMs,
      busyMs: busyMs(deadlineMs),
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
      ...(options.startWorker === undefined ? {} : { startWorker: options.startWorker }),
    })
    return storeOn(backend, file, options)
  }
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    const name = serverName(url)
    const { log } = options
    const backend = await PostgresBackend.open({
      url,
      deadlineMs,
      onIdleError: error =>
        log?.warn('a connection to the store was lost', { reason: error.message }),
    })
    return storeOn(backend, name, options)
  }
  throw wrongUrl(`not the address of a store: it starts with neither sqlite: nor postgres://`)
}

function storeOn(backend: Backend, name: string, options: OpenStoreOptions): DatabaseStore {
  return new DatabaseStore(backend, { ...options, name })
}

/** Waiting for another writer ends before the caller stops waiting, so the error can say why. */
function busyMs(deadlineMs: number): number {
  return Math.max(1, Math.floor(deadlineMs * 0.8))
}

function wrongUrl(what: string): GatewayError {
  return new GatewayError('ERR_STORE_URL', { what })
}
