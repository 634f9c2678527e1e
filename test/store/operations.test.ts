import t from 'tap'
import { OPERATIONS, runOperation } from '../../src/store/operations.js'
import { addAudit, listAudit } from '../../src/store/operations/audit.js'
import { requestProbe } from '../../src/store/operations/probe-requests.js'
import { sharedSecret } from '../../src/store/operations/secrets.js'
import { customerIdOf, ensureCustomer } from '../../src/store/operations/customers.js'
import { readFlags } from '../../src/store/operations/flags.js'
import { setLevels } from '../../src/store/operations/levels.js'
import { findMessages, pageOfMessages } from '../../src/store/operations/messages.js'
import { saveEvidence } from '../../src/store/operations/evidence.js'
import { purgeStep } from '../../src/store/operations/purge.js'
import { waitingToWake } from '../../src/store/operations/waiting-answers.js'
import { first } from '../../src/store/migrations/001-first.js'
import { MIGRATIONS } from '../../src/store/migrate.js'
import { sampleBatch, sampleDelivery } from '../support/store-guests.js'
import { memoryDatabase } from '../support/store-memory.js'
import { PURGE_NOTHING, sampleRecord } from '../support/store-records.js'

const NEVER = Number.MAX_SAFE_INTEGER

void t.test('an operation is called by its name, and the first step is where it was', async t => {
  const { db } = await memoryDatabase(t)
  t.same(await runOperation(db, 'readFlags', undefined), { levelsRevision: 0, paused: false })
  t.ok(Object.keys(OPERATIONS).length > 5)
  t.equal(MIGRATIONS['001-first'], first)
})

void t.test('a customer is added once and keeps its number', async t => {
  const { db } = await memoryDatabase(t)
  const id = await ensureCustomer(db, { name: 'clinic', at: 1 })
  t.equal(await ensureCustomer(db, { name: 'clinic', at: 2 }), id)
  t.equal(await customerIdOf(db, 'clinic'), id)
  t.equal(await customerIdOf(db, 'nobody'), undefined)
  t.equal(await customerIdOf(db, '*'), 0)
})

void t.test('levels are set all or none, and only a change raises the revision', async t => {
  const { db } = await memoryDatabase(t)
  const good = { customer: 'c', domain: 'a.example', level: 'none', by: 'x', reason: 'y' } as const
  const bad = { ...good, domain: null as unknown as string }
  await t.rejects(setLevels(db, { changes: [good, bad], at: 1 }), { code: /CONSTRAINT/ })
  t.match(await readFlags(db, undefined), { levelsRevision: 0 })
  t.equal(await customerIdOf(db, 'c'), undefined)
  await setLevels(db, { changes: [good], at: 1 })
  t.match(await readFlags(db, undefined), { levelsRevision: 1 })
})

void t.test('an id that many messages share gives a hundred of them', async t => {
  const { db, recorder } = await memoryDatabase(t)
  const records = Array.from({ length: 120 }, () => sampleRecord({ messageId: '<same@x>' }))
  recorder.write(records, NEVER)
  const found = await findMessages(db, { customer: '*', id: 'same@x' })
  t.equal(found.length, 100)
  t.equal(found[0]?.reference, records[119]?.reference)
})

void t.test('pages of messages of the same moment neither repeat nor leave out', async t => {
  const { db, recorder } = await memoryDatabase(t)
  const records = Array.from({ length: 7 }, () => sampleRecord({ at: 5 }))
  recorder.write(records, NEVER)
  const seen: string[] = []
  let after: { at: number; id: number } | undefined
  do {
    const page = await pageOfMessages(db, { customer: '*', from: 5, to: 6, after, limit: 3 })
    seen.push(...page.messages.map(record => record.reference))
    after = page.end
  } while (after !== undefined)
  t.same(
    seen,
    records.map(record => record.reference),
  )
})

void t.test('a step of a purge deletes no more than its limit, and leaves no orphans', async t => {
  const { database, db, recorder } = await memoryDatabase(t)
  recorder.write(
    Array.from({ length: 5 }, () => sampleRecord({ at: 1 })),
    NEVER,
  )
  const step = { ...PURGE_NOTHING, messagesBefore: 2, limit: 3 }
  t.match(await purgeStep(db, step), { messages: 3, notes: 0 })
  t.match(await purgeStep(db, step), { messages: 2, notes: 0 })
  t.match(await purgeStep(db, step), { messages: 0, notes: 0 })
  for (const table of ['recipient', 'label', 'finding']) {
    t.equal(database.prepare(`select count(*) from ${table}`).pluck().get(), 0, table)
  }
})

void t.test('an act for a customer who is not known is noted for all', async t => {
  const { db } = await memoryDatabase(t)
  const entry = { at: 1, customer: 'nobody', actor: 'x', act: 'purge', object: 'o', detail: 'd' }
  await addAudit(db, entry)
  t.same(await listAudit(db, { customer: '*' }), [{ ...entry, customer: '*' }])
  t.same(await listAudit(db, { customer: 'nobody' }), [])
})

void t.test('a store that does not say whether mail may go is a bug, not a yes', async t => {
  const { database, db } = await memoryDatabase(t)
  database.exec("delete from meta where name = 'paused'")
  await t.rejects(readFlags(db, undefined), { code: 'ERR_BUG', message: /no paused/ })
})

void t.test('the prober is told once about a domain, with the first reason', async t => {
  const { database, db } = await memoryDatabase(t)
  await requestProbe(db, { domain: 'a.example', why: 'first', at: 1 })
  await requestProbe(db, { domain: 'a.example', why: 'second', at: 2 })
  const asked = 'select domain, origin, asked_why, asked_at from domain_schedule'
  t.match(database.prepare(asked).all(), [
    { domain: 'a.example', origin: 'traffic', asked_why: 'first' },
  ])
})

void t.test('a secret is the one that came first', async t => {
  const { db } = await memoryDatabase(t)
  t.equal(await sharedSecret(db, { name: 'k', candidate: 'one' }), 'one')
  t.equal(await sharedSecret(db, { name: 'k', candidate: 'two' }), 'one')
  t.equal(await sharedSecret(db, { name: 'l', candidate: 'two' }), 'two')
})

void t.test('no more than 500 are woken at a time, the others with the next question', async t => {
  const { database, db } = await memoryDatabase(t)
  database.exec("insert into customer values (1, 'clinic', 0)")
  const add = database.prepare(
    `insert into waiting (key, customer_id, reference, sender, recipient, domain, why, since,
       last_try, tries, until) values (?, 1, 'r', 's', 'r', 'd', 'hold', ?, 0, 1, 5)`,
  )
  for (let index = 0; index < 501; index += 1) add.run(`k${index}`, 1000 - index)
  const woken = await waitingToWake(db, { now: 5, againAfterMs: 1000 })
  t.equal(woken.length, 500)
  t.equal(woken[0]?.key, 'k500')
  t.match(await waitingToWake(db, { now: 5, againAfterMs: 1000 }), [{ key: 'k0' }])
})

void t.test('a step of a purge takes lines of the log with their queue entry', async t => {
  const { database, db } = await memoryDatabase(t)
  const deliveries = Array.from({ length: 5 }, (_, at) => sampleDelivery({ at, queueId: `Q${at}` }))
  await saveEvidence(db, { batch: sampleBatch({ deliveries }), at: 9 })
  const step = { ...PURGE_NOTHING, evidenceBefore: 4, limit: 3 }
  t.match(await purgeStep(db, step), { evidence: 3 })
  t.match(await purgeStep(db, step), { evidence: 1 })
  t.match(await purgeStep(db, step), { evidence: 0 })
  t.same(database.prepare('select at from delivery').pluck().all(), [4])
})
