import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from '../../src/store/migrate.js'
import { first } from '../../src/store/migrations/001-first.js'
import { openStore } from '../../src/store/open-store.js'
import type { Schema } from '../../src/store/schema.js'
import { STORE_CASES, type OpenFresh } from '../support/store-cases.js'
import { FIRST_RELEASE_ROWS } from '../support/store-first-release.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from '../support/store-guests.js'
import { findPostgres, startCluster } from '../support/store-postgres.js'
import { all, sampleRecord } from '../support/store-records.js'

// A database for each case, on a machine that may have much else to do.
t.setTimeout(300_000)

const binaries = findPostgres()
if (binaries === undefined) {
  t.comment('PostgreSQL is not installed (Debian: postgresql): its store was not tested')
  t.pass('skipped, no PostgreSQL', { skip: 'no initdb found' })
} else testPostgres(binaries)

const OTHER_SOURCE = { source: 'journal', position: 's=1' }

/** Leaves what the migrations put into the tables. */
const EMPTIED = `
  do $$ declare name text; begin
    for name in select tablename from pg_tables
      where schemaname = 'public' and tablename not like 'kysely%'
    loop execute format('truncate %I restart identity cascade', name); end loop;
  end $$;
  insert into customer (id, name, created_at) values (0, '*', 0);
  insert into meta (name, value) values
    ('levels-revision', 0), ('paused', 0), ('domains-learnt', 0), ('levels-cleared', 0)`

function testPostgres(directory: string): void {
  const cluster = startCluster(directory)
  t.teardown(() => cluster.remove())

  const openAt = async (t: Test, url: string, options: object = {}) => {
    const store = await openStore({ url, deadlineMs: 5000, ...options })
    t.teardown(() => store.close())
    return store
  }
  const openFresh: OpenFresh = async (t, options) => openAt(t, cluster.newDatabase(), options)
  // Making a database takes longer than most cases: one for all of them is emptied each time.
  const shared = cluster.newDatabase()
  const openEmptied: OpenFresh = async (t, options) => {
    const store = await openAt(t, shared, options)
    const client = await connect(t, shared)
    await client.query(EMPTIED)
    return store
  }
  const connect = async (t: Test, url: string) => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }

  for (const [name, run] of STORE_CASES) void t.test(name, t => run(t, openEmptied))

  void t.test('two gateways that start at once migrate one database once', async t => {
    const url = cluster.newDatabase()
    const stores = await Promise.all([openAt(t, url), openAt(t, url), openAt(t, url)])
    const record = sampleRecord()
    await stores[0].record(record)
    t.same(await stores[2].findMessages('default', record.reference), [record])
  })

  void t.test('a locked table is a temporary error, and the next record goes in', async t => {
    const url = cluster.newDatabase()
    const store = await openAt(t, url, { deadlineMs: 1000 })
    await store.record(sampleRecord())
    const other = await connect(t, url)
    await other.query('begin; lock table message in access exclusive mode')
    await t.rejects(store.record(sampleRecord()), {
      code: /^ERR_STORE_(?:LOCKED|LATE)$/,
      temporary: true,
    })
    await other.query('rollback')
    await t.resolves(store.record(sampleRecord()))
  })

  void t.test('several gateways that start at once share one key of references', async t => {
    const url = cluster.newDatabase()
    const stores = await Promise.all([openAt(t, url), openAt(t, url), openAt(t, url)])
    const keys = await Promise.all(stores.map(store => store.referenceKey()))
    t.equal(keys[0]?.length, 32)
    t.same(keys, [keys[0], keys[0], keys[0]])
  })

  void t.test('of several gateways one wakes a message, and one sends a notice', async t => {
    const url = cluster.newDatabase()
    const options = { now: () => 2_000_000 }
    const stores = await Promise.all([1, 2, 3].map(() => openAt(t, url, options)))
    const keys = Array.from({ length: 60 }, (_, index) => `k${index}`)
    for (const key of keys) {
      await stores[0]?.wait(sampleGuest({ key }))
      await stores[0]?.addNotice(sampleNotice({ key, cause: undefined }))
    }
    const woken = await Promise.all(stores.map(store => store.waitingToWake(1000)))
    t.same(
      woken
        .flat()
        .map(({ key }) => key)
        .toSorted(),
      keys.toSorted(),
    )
    const taken = await Promise.all(stores.map(store => store.dueNotices(100)))
    t.same(
      taken
        .flat()
        .map(({ key }) => key)
        .toSorted(),
      keys.toSorted(),
    )
  })

  void t.test('two followers of one log keep each line once', async t => {
    const url = cluster.newDatabase()
    const stores = await Promise.all([openAt(t, url), openAt(t, url)])
    const deliveries = Array.from({ length: 300 }, (_, at) =>
      sampleDelivery({ at, queueId: `Q${at % 7}` }),
    )
    await Promise.all(
      stores.flatMap(store => [
        store.saveEvidence(sampleBatch({ deliveries })),
        store.saveEvidence(
          sampleBatch({ deliveries: deliveries.toReversed(), position: OTHER_SOURCE }),
        ),
      ]),
    )
    let lines = 0
    for (let index = 0; index < 7; index += 1) {
      lines += (await stores[0].queueEntry(`Q${index}`)).deliveries.length
    }
    t.equal(lines, 300)
  })

  void t.test('a pause by one gateway is seen by another within a second', async t => {
    const url = cluster.newDatabase()
    const [one, two] = await Promise.all([openAt(t, url), openAt(t, url)])
    await one.setPaused(true, 'ann', 'a leak')
    t.equal(await two.paused(), true)
  })

  void t.test('a locked waiting room is a temporary error, and then somebody waits', async t => {
    const url = cluster.newDatabase()
    const store = await openAt(t, url, { deadlineMs: 1000 })
    const other = await connect(t, url)
    await other.query('begin; lock table waiting, queue_entry, meta in access exclusive mode')
    const locked = { code: /^ERR_STORE_(?:LOCKED|LATE)$/, temporary: true }
    await t.rejects(store.wait(sampleGuest()), locked)
    await t.rejects(store.saveEvidence(sampleBatch({ deliveries: [sampleDelivery()] })), locked)
    await t.rejects(store.paused(), locked)
    await other.query('rollback')
    t.equal(await store.followedAt(), undefined)
    t.equal(await store.paused(), false)
    t.match(await store.wait(sampleGuest()), { tries: 1 })
  })

  void t.test('a store of the first release goes on with every row that it has', async t => {
    const url = cluster.newDatabase()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
    await migrate(db, { insideTransaction: false, migrations: { '001-first': first } })
    await pool.query(FIRST_RELEASE_ROWS)
    await db.destroy()
    const store = await openAt(t, url)
    const [found] = await store.findMessages('clinic', 'r1')
    t.match(found, { reference: 'r1', pass: 'first', decision: { labels: [{ id: 'l' }] } })
    t.equal(found?.root, undefined)
    t.equal(found?.transit, undefined)
    t.match(await all(store.listLevels('clinic')), [{ level: 'qualified', match: [], dane: false }])
    t.equal(await store.levelsRevision(), 7)
    t.equal(await store.paused(), false)
  })

  void t.test('a store written by a newer version is refused', async t => {
    const url = cluster.newDatabase()
    await openAt(t, url)
    const other = await connect(t, url)
    await other.query("insert into kysely_migration (name, timestamp) values ('999-next', 'x')")
    await t.rejects(openStore({ url, deadlineMs: 1000 }), { code: 'ERR_STORE_SCHEMA', exit: 78 })
  })

  void t.test('backup and check name the tools of PostgreSQL', async t => {
    const store = await openFresh(t)
    await t.rejects(store.backup('/nowhere'), { code: 'ERR_STORE_UNSUPPORTED', message: /pg_dump/ })
    await t.rejects(store.checkIntegrity(), { code: 'ERR_STORE_UNSUPPORTED' })
  })

  void t.test('a database that does not exist is named without its password', async t => {
    const url = cluster.newDatabase().replace(/store\d+/, 'nothing') + '&password=geheim'
    await t.rejects(openStore({ url, deadlineMs: 1000 }), {
      code: 'ERR_STORE_CONNECTION',
      message: /^(?!.*geheim).*nothing/,
    })
  })

  void t.test('a server that is gone is a temporary error until it is back', async t => {
    const warnings: string[] = []
    const log = { info: () => undefined, warn: (text: string) => warnings.push(text) }
    const store = await openAt(t, cluster.newDatabase(), { deadlineMs: 2000, log })
    await store.record(sampleRecord())
    cluster.stop()
    // The end of the idle connection is in the socket by now and is read in one of the next ticks.
    for (let tick = 0; tick < 1000 && warnings.length === 0; tick += 1) await setImmediate()
    t.match(warnings, [/connection to the store was lost/])
    const gone = { code: 'ERR_STORE_CONNECTION', temporary: true }
    await t.rejects(store.record(sampleRecord()), gone)
    await t.rejects(store.levels('c', ['a.example']), gone)
    cluster.start()
    await t.resolves(store.record(sampleRecord()))
  })
}
