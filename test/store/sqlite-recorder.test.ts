import t from 'tap'
import { SqliteRecorder } from '../../src/store/sqlite-recorder.js'
import { memoryDatabase } from '../support/store-memory.js'
import { sampleRecord } from '../support/store-records.js'

const NEVER = Number.MAX_SAFE_INTEGER

void t.test('a batch is one transaction, and a bad record of it fails alone', async t => {
  const { database, recorder } = await memoryDatabase(t)
  const taken = sampleRecord()
  t.same(recorder.write([taken, sampleRecord()], NEVER), [null, null])
  const results = recorder.write([sampleRecord(), taken, sampleRecord()], NEVER)
  t.match(results, [null, { code: 'ERR_STORE_REFUSED' }, null])
  t.equal(database.prepare('select count(*) from message').pluck().get(), 4)
  t.equal(database.prepare('select count(*) from recipient').pluck().get(), 8)
  t.notOk(database.inTransaction)
})

void t.test('a batch that is late is taken back, its new customer with it', async t => {
  const { database, recorder } = await memoryDatabase(t)
  const record = sampleRecord({ customer: 'new' })
  t.throws(() => recorder.write([record], Date.now() - 1), { code: 'ERR_STORE_LATE' })
  t.equal(database.prepare('select count(*) from customer').pluck().get(), 1)
  t.notOk(database.inTransaction)
  t.same(recorder.write([record], NEVER), [null])
})

void t.test('what stops a batch is thrown with the name of the store', async t => {
  const { database } = await memoryDatabase(t)
  const recorder = new SqliteRecorder(database, '/var/lib/postseal/store.db')
  database.pragma('query_only = on')
  t.throws(() => recorder.write([sampleRecord()], NEVER), {
    code: 'ERR_STORE_READ_ONLY',
    message: /\/var\/lib\/postseal\/store\.db/,
  })
})
