import { spawn } from 'node:child_process'
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { SqliteEngine } from '../../src/store/sqlite-engine.js'
import type { SqliteFileOptions } from '../../src/store/sqlite-file.js'
import { sampleVerdict } from '../support/store-verdict-samples.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from '../support/store-guests.js'
import { PURGE_NOTHING, sampleRecord, sampleTransit } from '../support/store-records.js'

const NEVER = Number.MAX_SAFE_INTEGER

async function openEngine(t: Test, options: Partial<SqliteFileOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-engine-'))
  const path = join(directory, 'store.db')
  const engine = new SqliteEngine({ path, busyMs: 50, ...options })
  await engine.open(true)
  t.teardown(() => {
    engine.close()
    rmSync(directory, { recursive: true })
  })
  return { engine, path, directory }
}

const writeOne = (engine: SqliteEngine) => engine.write([sampleRecord()], NEVER)
const revision = async (engine: SqliteEngine) =>
  (await engine.run('readFlags', undefined)).levelsRevision

void t.test('a record is kept, and the file opens again', async t => {
  const { engine } = await openEngine(t)
  const record = sampleRecord()
  t.same(await engine.write([record], NEVER), [null])
  engine.close()
  t.same(await engine.run('findMessages', { customer: '*', id: record.reference }), [record])
})

void t.test('a lock held by another process is an error in time, and then no more', async t => {
  const { engine, path } = await openEngine(t)
  const script = `
    const database = new (require('better-sqlite3'))(process.argv[1])
    database.exec('begin exclusive')
    console.log('locked')
    process.stdin.on('end', () => process.exit()).resume()`
  const holder = spawn(process.execPath, ['-e', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => holder.kill())
  await once(holder.stdout, 'data')
  const locked = { code: 'ERR_STORE_LOCKED', temporary: true }
  await t.rejects(writeOne(engine), locked)
  t.equal(await revision(engine), 0, 'reading goes on')
  const change = {
    customer: '*',
    domain: 'a.example',
    level: 'none',
    by: 'x',
    reason: 'y',
  } as const
  await t.rejects(engine.run('setLevels', { changes: [change], at: 1 }), locked)
  holder.stdin.end()
  await once(holder, 'exit')
  t.same(await writeOne(engine), [null])
})

void t.test('a full store keeps nothing of the batch, and takes more after a purge', async t => {
  const fresh = await openEngine(t)
  fresh.engine.close()
  const room = 20 * 4096
  const { engine } = await openEngine(t, { maxBytes: statSync(fresh.path).size + room })
  const batch = () => Array.from({ length: 20 }, () => sampleRecord({ at: 1000 }))
  let written = 0
  await t.rejects(
    async () => {
      for (;;) {
        await engine.write(batch(), NEVER)
        written += 20
      }
    },
    { code: 'ERR_STORE_FULL', temporary: true },
  )
  t.ok(written > 0)
  const span = { customer: '*', from: 0, to: 2000, after: undefined, limit: 1000 }
  t.equal((await engine.run('pageOfMessages', span)).messages.length, written)
  await engine.run('purgeStep', { ...PURGE_NOTHING, messagesBefore: 2000, limit: 1000 })
  t.same(await writeOne(engine), [null])
})

void t.test('a batch that is too late is not written', async t => {
  const { engine } = await openEngine(t)
  const record = sampleRecord()
  await t.rejects(engine.write([record], Date.now() - 1), { code: 'ERR_STORE_LATE' })
  t.same(await engine.run('findMessages', { customer: '*', id: record.reference }), [])
})

/** Ways to spoil the file under an engine that has it open; each gives the way back. */
const SPOILT: readonly (readonly [
  name: string,
  code: RegExp,
  spoil: (path: string, directory: string) => () => void,
])[] = [
  [
    'a file that was moved away',
    /VANISHED/,
    (path, directory) => {
      renameSync(path, join(directory, 'away'))
      return () => renameSync(join(directory, 'away'), path)
    },
  ],
  [
    'a directory that was moved away',
    /VANISHED/,
    (_path, directory) => {
      renameSync(directory, `${directory}-away`)
      return () => renameSync(`${directory}-away`, directory)
    },
  ],
  [
    'another file in its place that is no database',
    /DAMAGED/,
    (path, directory) => {
      renameSync(path, join(directory, 'good'))
      writeFileSync(path, 'not a database, but long enough to be taken for one. '.repeat(200))
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
  [
    'an empty file in its place',
    /DAMAGED/,
    (path, directory) => {
      renameSync(path, join(directory, 'good'))
      writeFileSync(path, '')
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
  [
    'a file that only may be read',
    /READ_ONLY/,
    (path, directory) => {
      // The header's write version 3 makes SQLite treat a file so, for root as well
      // (https://sqlite.org/fileformat.html, section 1.3.3); the mode would not stop root.
      copyFileSync(path, join(directory, 'good'))
      rmSync(path)
      copyFileSync(join(directory, 'good'), path)
      overwrite(path, 18, Buffer.from([3]))
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
  [
    'overwritten pages',
    /DAMAGED/,
    (path, directory) => {
      copyFileSync(path, join(directory, 'good'))
      const spoilt = join(directory, 'spoilt')
      copyFileSync(path, spoilt)
      overwrite(spoilt, 4096, Buffer.alloc(statSync(path).size - 4096, 0xa5))
      renameSync(spoilt, path)
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
  [
    'a file cut in half',
    /DAMAGED/,
    (path, directory) => {
      copyFileSync(path, join(directory, 'good'))
      truncateSync(path, Math.floor(statSync(path).size / 2))
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
  [
    'a file cut to nothing',
    /DAMAGED/,
    (path, directory) => {
      copyFileSync(path, join(directory, 'good'))
      truncateSync(path, 0)
      return () => renameSync(join(directory, 'good'), path)
    },
  ],
]

function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

for (const [name, code, spoil] of SPOILT) {
  void t.test(`${name} is a temporary error, and the store recovers by itself`, async t => {
    const { engine, path, directory } = await openEngine(t)
    const batch = Array.from({ length: 50 }, () => sampleRecord())
    await engine.write(batch, NEVER)
    // Everything into the main file, as after an ordinary restart.
    engine.close()
    t.equal(await revision(engine), 0)
    const heal = spoil(path, directory)
    const expected = { code, temporary: true }
    await t.rejects(writeOne(engine), expected)
    await t.rejects(writeOne(engine), expected, 'and stays one')
    heal()
    t.same(await writeOne(engine), [null])
    const id = batch[49]?.reference ?? ''
    t.same(await engine.run('findMessages', { customer: '*', id }), [batch[49]])
    t.same(await engine.checkIntegrity(), [])
  })
}

void t.test('the check of integrity says what is wrong', async t => {
  const { engine, path } = await openEngine(t)
  await engine.write(
    Array.from({ length: 200 }, () => sampleRecord()),
    NEVER,
  )
  t.same(await engine.checkIntegrity(), [])
  engine.close()
  overwrite(path, statSync(path).size - 3 * 4096, Buffer.alloc(4096, 0xa5))
  const problems = await engine.checkIntegrity().catch((thrown: unknown) => [String(thrown)])
  t.ok(problems.length > 0)
})

void t.test('a backup is a store of its own, and never overwrites a file', async t => {
  const { engine, directory } = await openEngine(t)
  const record = sampleRecord()
  await engine.write([record], NEVER)
  const file = join(directory, 'backup.db')
  const seen: number[] = []
  await engine.backup(file, ({ remainingPages }) => seen.push(remainingPages))
  t.ok(seen.length > 0)
  t.equal(statSync(file).mode & 0o777, 0o600)
  const copy = new SqliteEngine({ path: file, busyMs: 50 })
  t.teardown(() => copy.close())
  await copy.open(false)
  t.same(await copy.run('findMessages', { customer: '*', id: record.reference }), [record])
  const taken = { code: 'ERR_STORE_INPUT', message: /EEXIST/ }
  await t.rejects(
    engine.backup(file, () => undefined),
    taken,
  )
})

void t.test('a store of a newer version is refused for good', async t => {
  const { engine, path } = await openEngine(t)
  engine.close()
  const database = new Sqlite(path)
  database.exec("insert into kysely_migration values ('999-next', 'x')")
  database.close()
  await t.rejects(engine.open(true), { code: 'ERR_STORE_SCHEMA', temporary: false, exit: 78 })
})

void t.test('what cannot be made is named', async t => {
  const engine = new SqliteEngine({ path: '/dev/null/store.db', busyMs: 50 })
  await t.rejects(engine.open(true), { code: 'ERR_STORE_FILE', message: /\/dev\/null/ })
})

const GUEST = sampleGuest({ key: 'k', queueId: 'Q1' })

/** Every call that writes about lanes, and what shows that it has not. */
const WRITES: readonly (readonly [
  name: string,
  write: (engine: SqliteEngine) => Promise<unknown>,
])[] = [
  ['waiting', engine => engine.run('wait', GUEST)],
  ['the end of a waiting', engine => engine.run('endWait', { key: 'k', how: 'gone', at: 1 })],
  [
    'a decision',
    engine =>
      engine.run('decideWaiting', {
        decision: { customer: '*', id: 'k', verdict: 'released', by: 'ann', reason: 'r' },
        at: 1,
      }),
  ],
  ['waking', engine => engine.run('waitingToWake', { now: 2_000_000, againAfterMs: 1 })],
  ['lines of the log', engine => engine.run('saveEvidence', { batch: BATCH, at: 1 })],
  ['a notice', engine => engine.run('addNotice', sampleNotice())],
  ['taking notices', engine => engine.run('dueNotices', { now: 2_000_000, limit: 10 })],
  ['a pause', engine => engine.run('setPaused', { paused: true, by: 'a', reason: 'r', at: 1 })],
  ['a probe', engine => engine.run('requestProbe', { domain: 'a.example', why: 'w', at: 1 })],
  [
    'taking domains',
    engine => engine.run('takeDue', { kind: 'due', owner: 'o', limit: 1, leaseMs: 1, now: 1 }),
  ],
  ['new records', engine => engine.run('learnDomains', { now: 1 })],
  [
    'a verdict',
    engine => engine.run('saveVerdicts', { found: [{ ...sampleVerdict(), facts: '{}' }], at: 1 }),
  ],
]
const BATCH = sampleBatch({ deliveries: [sampleDelivery()], removed: ['Q1'] })

for (const [name, write] of WRITES) {
  void t.test(
    `${name} meets a lock: a temporary error, nothing half done, then it works`,
    async t => {
      const { engine, path } = await openEngine(t)
      await engine.run('wait', { ...GUEST, key: 'first' })
      const other = new Sqlite(path)
      t.teardown(() => other.close())
      other.exec('begin immediate')
      await t.rejects(write(engine), { code: 'ERR_STORE_LOCKED', temporary: true })
      other.exec('rollback')
      const rows = await engine.run('listWaiting', { customer: '*' })
      t.match(rows, [{ key: 'first', verdict: undefined }])
      t.equal(rows.length, 1)
      t.equal(await engine.run('followedAt', undefined), undefined)
      t.same(await engine.run('readFlags', undefined), { levelsRevision: 0, paused: false })
      await t.resolves(write(engine))
    },
  )
}

void t.test(
  'what the lanes need is in a backup, and the check of integrity looks at it',
  async t => {
    const { engine, path, directory } = await openEngine(t)
    const transit = sampleTransit({ reference: 'r1', root: 'r1' })
    await engine.write([sampleRecord({ reference: 'r1', transit })], NEVER)
    await engine.run('wait', GUEST)
    const line = sampleDelivery({ queueId: 'Q2', text: 'try later' })
    await engine.run('saveEvidence', { batch: sampleBatch({ deliveries: [line] }), at: 1 })
    await engine.run('addNotice', sampleNotice({ cause: undefined }))
    const key = await engine.run('sharedSecret', { name: 'k', candidate: 'one' })
    const file = join(directory, 'backup.db')
    await engine.backup(file, () => undefined)
    const copy = new SqliteEngine({ path: file, busyMs: 50 })
    t.teardown(() => copy.close())
    await copy.open(false)
    t.same(await copy.run('transitUnder', { reference: 'r1' }), transit)
    t.match(await copy.run('waitingOf', { key: 'k' }), { queueId: 'Q1' })
    const { deliveries } = await copy.run('queueEntry', { queueId: 'Q2', since: undefined })
    t.same(deliveries, [line])
    t.match(await copy.run('dueNotices', { now: 5000, limit: 1 }), [{ kind: 'waiting' }])
    t.equal(await copy.run('sharedSecret', { name: 'k', candidate: 'two' }), key)
    t.same(await copy.checkIntegrity(), [])
    const other = new Sqlite(path)
    other.pragma('foreign_keys = off')
    other.exec('delete from queue_entry; update notice set customer_id = 4711')
    other.close()
    t.same([...(await engine.checkIntegrity())].sort(), [
      'a row of delivery belongs to nothing',
      'a row of notice belongs to nothing',
    ])
  },
)
