import { GatewayError, reasonOf, type ErrorCode, type ErrorFields } from '../errors.js'

/** What went wrong in the worker thread, in a form that crosses threads. */
export interface Failure {
  readonly code: ErrorCode
  readonly fields: ErrorFields
}

/** Front of SQLite's result code (https://sqlite.org/rescode.html) to what it means for us. */
const SQLITE_CODES: readonly (readonly [front: string, code: ErrorCode])[] = [
  ['SQLITE_BUSY', 'ERR_STORE_LOCKED'],
  ['SQLITE_LOCKED', 'ERR_STORE_LOCKED'],
  ['SQLITE_FULL', 'ERR_STORE_FULL'],
  ['SQLITE_CORRUPT', 'ERR_STORE_DAMAGED'],
  ['SQLITE_NOTADB', 'ERR_STORE_DAMAGED'],
  ['SQLITE_IOERR_SHORT_READ', 'ERR_STORE_DAMAGED'],
  ['SQLITE_READONLY', 'ERR_STORE_READ_ONLY'],
  ['SQLITE_IOERR', 'ERR_STORE_FILE'],
  ['SQLITE_CANTOPEN', 'ERR_STORE_FILE'],
  ['SQLITE_PERM', 'ERR_STORE_FILE'],
  ['SQLITE_AUTH', 'ERR_STORE_FILE'],
  ['SQLITE_CONSTRAINT', 'ERR_STORE_REFUSED'],
]

/** Front of a SQLSTATE (PostgreSQL manual, appendix A) to what it means for us. */
const POSTGRES_CODES: readonly (readonly [front: string, code: ErrorCode])[] = [
  ['55P03', 'ERR_STORE_LOCKED'],
  ['40', 'ERR_STORE_LOCKED'],
  ['57014', 'ERR_STORE_LATE'],
  ['53100', 'ERR_STORE_FULL'],
  ['XX001', 'ERR_STORE_DAMAGED'],
  ['XX002', 'ERR_STORE_DAMAGED'],
  ['25006', 'ERR_STORE_READ_ONLY'],
  ['23', 'ERR_STORE_REFUSED'],
]

/** Errors after which the file is opened anew, so that the store recovers by itself. */
const REOPEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_STORE_DAMAGED',
  'ERR_STORE_READ_ONLY',
  'ERR_STORE_FILE',
  'ERR_STORE_VANISHED',
])

export function needsReopen(error: GatewayError): boolean {
  return REOPEN.has(error.code)
}

/**
 * Names the trouble of SQLite or the file system, as a GatewayError of this room.
 *
 * Gives   the error itself when it already is one; a bug for what is no database error.
 */
export function sqliteError(thrown: unknown, file: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const code = codeOf(thrown)
  const known = SQLITE_CODES.find(([front]) => code.startsWith(front))
  if (known !== undefined) {
    return new GatewayError(known[1], { store: file, reason: reasonOf(thrown) }, thrown)
  }
  if (/^E[A-Z]+$/.test(code)) {
    const kind = code === 'ENOSPC' ? 'ERR_STORE_FULL' : 'ERR_STORE_FILE'
    return new GatewayError(kind, { store: file, reason: reasonOf(thrown) }, thrown)
  }
  return new GatewayError('ERR_BUG', { what: `store: ${reasonOf(thrown)}` }, thrown)
}

/**
 * Names the trouble of PostgreSQL or the way to it. The cause is left out: its `detail` quotes
 * values of the row, and a record holds addresses.
 */
export function postgresError(thrown: unknown, server: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const code = codeOf(thrown)
  const fields = { store: server, reason: reasonOf(thrown) }
  const known = POSTGRES_CODES.find(([front]) => code.startsWith(front))
  if (known !== undefined) return new GatewayError(known[1], fields)
  if (/^query read timeout|timeout exceeded/i.test(fields.reason)) {
    return new GatewayError('ERR_STORE_LATE', fields)
  }
  // A class of PostgreSQL's own that is not listed above is a statement that we wrote wrongly.
  if (/^(?:22|42)/.test(code)) return new GatewayError('ERR_BUG', { what: `store: ${code}` })
  return new GatewayError('ERR_STORE_CONNECTION', fields)
}

export function toFailure(error: GatewayError): Failure {
  return { code: error.code, fields: error.fields }
}

export function fromFailure(failure: Failure): GatewayError {
  return new GatewayError(failure.code, failure.fields)
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}
