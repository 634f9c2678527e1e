import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql, type Migration } from 'kysely'
import t, { type Test } from 'tap'
import { MIGRATIONS, migrate, schemaSteps } from '../../src/store/migrate.js'
import { first } from '../../src/store/migrations/001-first.js'
import { lanes } from '../../src/store/migrations/002-lanes.js'
import { readFlags } from '../../src/store/operations/flags.js'
import { levelHistory, listLevels } from '../../src/store/operations/levels.js'
import { findMessages, passesOf } from '../../src/store/operations/messages.js'
import type { Schema } from '../../src/store/schema.js'
import { FIRST_RELEASE_ROWS } from '../support/store-first-release.js'

function emptyDatabase(t: Test) {
  const database = new Sqlite(':memory:')
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  t.teardown(() => db.destroy())
  return { database, db }
}

/**
 * Tables of the store itself, what the log says of queue entries, which are found by their id, and what
 * servers offer, which is the same for all customers.
 */
const OF_NOBODY = new Set([
  'plugin_state',
  'meta',
  'customer',
  'secret',
  'domain_schedule',
  'domain_verdict',
  'domain_facts',
  'domain_verdict_change',
  'confirmation',
  'probe_quota',
  'letter_answer',
  'letter_try',
  'refused_format',
  'question_recipient',
  'question_token',
  'follow_position',
  'queue_entry',
  'delivery',
  'attempt',
])

const inside = { insideTransaction: true }

void t.test('all steps run once, in the order of their names', async t => {
  const { db } = emptyDatabase(t)
  t.same(await schemaSteps(db), { applied: [], pending: Object.keys(MIGRATIONS) })
  t.same(await migrate(db, inside), Object.keys(MIGRATIONS))
  t.equal(MIGRATIONS['002-lanes'], lanes)
  t.same(await schemaSteps(db), { applied: Object.keys(MIGRATIONS), pending: [] })
  t.same(await migrate(db, inside), [])
})

void t.test('a step that fails leaves nothing behind', async t => {
  const { database, db } = emptyDatabase(t)
  const broken: Migration = {
    up: async db => {
      await sql`create table half (id integer)`.execute(db)
      throw new Error('power cut')
    },
  }
  database.exec('begin immediate')
  const migrations = { ...MIGRATIONS, '999-broken': broken }
  await t.rejects(migrate(db, { ...inside, migrations }), { message: 'power cut' })
  database.exec('rollback')
  t.same(await db.introspection.getTables(), [])
})

void t.test('a database of a newer version is refused', async t => {
  const { db } = emptyDatabase(t)
  const next: Migration = { up: async () => undefined }
  await migrate(db, { ...inside, migrations: { ...MIGRATIONS, '999-next': next } })
  const newer = { code: 'ERR_STORE_SCHEMA', temporary: false, message: /999-next/ }
  await t.rejects(migrate(db, inside), newer)
  await t.rejects(schemaSteps(db), newer)
})

void t.test(
  'no table has a place for a subject or content, and each belongs to customers',
  async t => {
    const { db } = emptyDatabase(t)
    await migrate(db, inside)
    const tables = await db.introspection.getTables()
    t.equal(tables.length, 34)
    for (const { name, columns } of tables) {
      const names = columns.map(column => column.name)
      t.notMatch(names.join(' '), /subject|body|text|password|file_name/, name)
      if (!OF_NOBODY.has(name)) t.ok(names.includes('customer_id'), name)
    }
  },
)

void t.test('questions of one customer are answered by an index', async t => {
  const { database, db } = emptyDatabase(t)
  await migrate(db, inside)
  const questions = [
    'select * from message where customer_id = 1 and at >= 5 order by at',
    'select * from recipient where customer_id = 1 and message = 2',
    'select * from label where customer_id = 1 and message = 2',
    'select * from finding where customer_id = 1 and message = 2',
    'select * from domain_level where customer_id = 1',
    'select * from domain_level_change where customer_id = 1 and domain = 2',
    'select * from audit where customer_id = 1',
    'select * from customer_domain where customer_id = 1',
    'select * from message where substr(queue_id, 1, 200) = 1',
    'select * from message where substr(message_id, 1, 200) = 1',
    'delete from message where id = 1',
    'select * from message where root = 1',
    'select * from message indexed by message_ended where customer_id = 1 and at < 5 and transit is null',
    'select * from waiting where key = 1',
    'select * from question where matter = 1 and round = 0',
    'select * from question where reference = 1',
    'select * from question where created_at < 1',
    'select * from question_recipient where key = 1',
    'select * from question_token where digest = 1',
    'delete from question where id = 1',
    'select * from waiting where customer_id = 1 and ended_at is null order by since',
    'select * from waiting where queue_id = 1 and ended_at is null',
    'select * from waiting where reference = 1 and ended_at is null',
    'select * from waiting where ended_at < 1',
    'select * from notice where customer_id = 1',
    'select * from notice where cause = 1 and released_at is null',
    'select * from notice where waiting_key = 1',
    'select * from notice where not_before <= 1 and sent_at is null',
    'select * from notice where created_at < 1',
    'select * from queue_entry where queue_id = 1',
    'select * from queue_entry where last_at < 1',
    'select * from delivery where entry = 1 order by at',
    'select * from delivery where digest = 1',
    'select * from attempt where entry = 1 order by at',
    'select * from attempt where digest = 1',
    "select * from domain_level where domain = 'a.example'",
    'select domain from domain_level where revision > 1',
    'select domain from domain_verdict where revision > 1',
    "select * from domain_verdict where domain > 'a' order by domain limit 5",
    'select * from domain_verdict where until < 1',
    "select * from domain_facts where domain = 'a.example'",
    'select * from domain_schedule where due_at <= 1 order by due_at, domain limit 5',
    'select * from domain_schedule where asked_at <= 1 order by asked_at, domain limit 5',
    "select * from domain_schedule where origin = 'traffic' and seen_at < 1",
    "select * from domain_verdict_change where domain = 'a.example' order by id desc",
    'select * from domain_verdict_change where saved_at < 1',
    "select * from probe_quota where hour = 1 and asker = 'a'",
  ]
  for (const question of questions) {
    const [plan] = database.prepare(`explain query plan ${question}`).all() as { detail: string }[]
    t.match(plan?.detail, /^SEARCH /, question)
  }
})

void t.test('a row of a list cannot belong to another customer than its message', async t => {
  const { database, db } = emptyDatabase(t)
  await migrate(db, inside)
  database.pragma('foreign_keys = on')
  database.exec(`insert into customer values (1, 'a', 0), (2, 'b', 0);
    insert into message select 7, 1, 'r', 0, null, null, '', null, null, 0, '', '', 0, '', '', null, '', '', '', 'first', null, null`)
  const add = database.prepare("insert into finding values (?, 7, 0, '', '', '', '')")
  t.throws(() => add.run(2), { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
  t.equal(add.run(1).changes, 1)
})

void t.test('a store of the first release goes on with every row that it has', async t => {
  const { database, db } = emptyDatabase(t)
  database.pragma('foreign_keys = on')
  await migrate(db, { ...inside, migrations: { '001-first': first } })
  database.exec(FIRST_RELEASE_ROWS)
  const before = (table: string) => database.prepare(`select * from ${table}`).all()
  const tables = ['recipient', 'label', 'finding', 'customer', 'customer_domain', 'audit']
  const kept = tables.map(before)
  t.same(await migrate(db, inside), Object.keys(MIGRATIONS).slice(1))
  t.same(tables.map(before), kept)
  t.match(await findMessages(db, { customer: 'clinic', id: 'r1' }), [
    {
      reference: 'r1',
      sender: 'alice@clinic.example',
      pass: 'first',
      root: undefined,
      transit: undefined,
      decision: { recipients: [{ address: 'bob@x.example' }], labels: [{ id: 'l' }] },
    },
  ])
  t.match(await passesOf(db, { reference: 'r1' }), [{ reference: 'r1' }])
  const level = { domain: 'x.example', level: 'qualified', match: [], dane: false, reason: 'why' }
  t.match(await listLevels(db, { customer: '*', after: undefined, limit: 9 }), [level])
  t.match(await levelHistory(db, { customer: 'clinic', domain: 'x.example' }), [level])
  t.same(await readFlags(db, undefined), { levelsRevision: 7, paused: false })
  t.same(database.pragma('foreign_key_check'), [])
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
})
