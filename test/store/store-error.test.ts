import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import {
  fromFailure,
  needsReopen,
  postgresError,
  sqliteError,
  toFailure,
} from '../../src/store/store-error.js'

const withCode = (code: string, message = 'why') => Object.assign(new Error(message), { code })

const SQLITE: readonly (readonly [code: string, want: string, reopen: boolean])[] = [
  ['SQLITE_BUSY', 'ERR_STORE_LOCKED', false],
  ['SQLITE_BUSY_SNAPSHOT', 'ERR_STORE_LOCKED', false],
  ['SQLITE_FULL', 'ERR_STORE_FULL', false],
  ['ENOSPC', 'ERR_STORE_FULL', false],
  ['SQLITE_CORRUPT_VTAB', 'ERR_STORE_DAMAGED', true],
  ['SQLITE_NOTADB', 'ERR_STORE_DAMAGED', true],
  ['SQLITE_IOERR_SHORT_READ', 'ERR_STORE_DAMAGED', true],
  ['SQLITE_IOERR_WRITE', 'ERR_STORE_FILE', true],
  ['SQLITE_CANTOPEN', 'ERR_STORE_FILE', true],
  ['EACCES', 'ERR_STORE_FILE', true],
  ['SQLITE_READONLY_DBMOVED', 'ERR_STORE_READ_ONLY', true],
  ['SQLITE_CONSTRAINT_UNIQUE', 'ERR_STORE_REFUSED', false],
  ['SQLITE_ERROR', 'ERR_BUG', false],
  ['', 'ERR_BUG', false],
]

for (const [code, want, reopen] of SQLITE) {
  void t.test(`SQLite's ${code || 'error without a code'} is ${want}, temporary`, async t => {
    const error = sqliteError(withCode(code), '/var/lib/postseal/store.db')
    t.match(error, { code: want, temporary: true, exit: want === 'ERR_BUG' ? 70 : 75 })
    t.equal(needsReopen(error), reopen)
    if (want !== 'ERR_BUG' && want !== 'ERR_STORE_REFUSED') t.match(error.message, /store\.db/)
  })
}

const POSTGRES: readonly (readonly [code: string, want: string])[] = [
  ['55P03', 'ERR_STORE_LOCKED'],
  ['40P01', 'ERR_STORE_LOCKED'],
  ['57014', 'ERR_STORE_LATE'],
  ['53100', 'ERR_STORE_FULL'],
  ['XX001', 'ERR_STORE_DAMAGED'],
  ['25006', 'ERR_STORE_READ_ONLY'],
  ['23505', 'ERR_STORE_REFUSED'],
  ['42P01', 'ERR_BUG'],
  ['57P01', 'ERR_STORE_CONNECTION'],
  ['ECONNREFUSED', 'ERR_STORE_CONNECTION'],
]

for (const [code, want] of POSTGRES) {
  void t.test(`PostgreSQL's ${code} is ${want}, temporary`, async t => {
    t.match(postgresError(withCode(code), 'postgres://h/d'), { code: want, temporary: true })
  })
}

void t.test('an answer that pg itself gave up waiting for is late', async t => {
  t.equal(postgresError(new Error('Query read timeout'), 's').code, 'ERR_STORE_LATE')
  t.equal(postgresError('odd', 's').code, 'ERR_STORE_CONNECTION')
})

void t.test('values that PostgreSQL quotes in its details are not passed on', async t => {
  const thrown = Object.assign(withCode('23505'), { detail: 'Key (sender)=(alice@example.org)' })
  const error = postgresError(thrown, 's')
  t.equal(error.cause, undefined)
  t.notMatch(JSON.stringify(error) + error.message, /alice/)
})

void t.test('an error of ours stays what it is, also across threads', async t => {
  const error = new GatewayError('ERR_STORE_SCHEMA', { step: '999' })
  t.equal(sqliteError(error, 'f'), error)
  t.equal(postgresError(error, 's'), error)
  const back = fromFailure(structuredClone(toFailure(error)))
  t.match(back, { code: error.code, message: error.message, temporary: false })
})
