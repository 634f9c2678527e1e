import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { SqliteBackend, type SqliteBackendOptions } from '../../src/store/sqlite-backend.js'
import { sampleRecord } from '../support/store-records.js'
import { startInThisThread } from '../support/store-worker.js'
import { ROOT } from '../support/tree-sources.js'

const NEVER = Number.MAX_SAFE_INTEGER

async function openBackend(t: Test, options: Partial<SqliteBackendOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-backend-'))
  const path = join(directory, 'store.db')
  const backend = await SqliteBackend.open({ path, busyMs: 50, deadlineMs: 10_000, ...options })
  t.teardown(async () => {
    await backend.close()
    rmSync(directory, { recursive: true })
  })
  return { backend, path, directory }
}

void t.test('a thread that dies fails what waits for it and is started again', async t => {
  const workers: Worker[] = []
  const { backend } = await openBackend(t, {
    startWorker: options => {
      const worker = new Worker(
        new URL('../../src/store/sqlite-worker.js', import.meta.url),
        options,
      )
      workers.push(worker)
      return worker
    },
  })
  const kept = sampleRecord()
  t.same(await backend.write([kept], NEVER), [null])
  const ended = { code: 'ERR_STORE_WORKER', temporary: true }
  const lost = sampleRecord()
  const many = [lost, ...Array.from({ length: 20_000 }, () => sampleRecord())]
  const waiting = t.rejects(backend.write(many, NEVER), ended)
  await workers[0]?.terminate()
  await waiting
  await t.rejects(backend.write([sampleRecord()], NEVER), ended, 'not at once')
  await sleep(250)
  t.same(await backend.write([sampleRecord()], NEVER), [null])
  t.same(await backend.run('findMessages', { customer: '*', id: kept.reference }), [kept])
  t.same(await backend.run('findMessages', { customer: '*', id: lost.reference }), [])
  t.equal(workers.length, 2)
})

void t.test('a long question to the database does not stop this thread', async t => {
  const { backend } = await openBackend(t)
  const records = Array.from({ length: 4000 }, () => sampleRecord())
  await backend.write(records, NEVER)
  let ticks = 0
  const ticker = setInterval(() => (ticks += 1), 1)
  t.same(await backend.checkIntegrity(), [])
  clearInterval(ticker)
  t.ok(ticks >= 3, `${ticks} ticks of 1 ms while the file was checked`)
})

void t.test(
  'a call that is not answered in time is given up, and its answer is ignored',
  async t => {
    const { backend } = await openBackend(t, { startWorker: startInThisThread, deadlineMs: 50 })
    const late = backend.run('readFlags', undefined)
    // The answer is in this thread's own queue; it cannot come while the thread is busy.
    const until = Date.now() + 100
    while (Date.now() < until);
    await t.rejects(late, { code: 'ERR_STORE_LATE', temporary: true })
    t.match(await backend.run('readFlags', undefined), { levelsRevision: 0 })
  },
)

void t.test('a file that cannot be opened is an error of the start', async t => {
  const path = join(mkdtempSync(join(tmpdir(), 'postseal-backend-')), 'store.db')
  t.teardown(() => rmSync(join(path, '..'), { recursive: true }))
  writeFileSync(path, 'this is no database at all, whatever its name may say. '.repeat(100))
  const options = { path, busyMs: 50, deadlineMs: 1000, startWorker: startInThisThread }
  await t.rejects(SqliteBackend.open(options), { code: 'ERR_STORE_DAMAGED', exit: 75 })
})

void t.test('a closed store says so', async t => {
  const { backend } = await openBackend(t, { startWorker: startInThisThread })
  await backend.close()
  await t.rejects(backend.run('readFlags', undefined), { code: 'ERR_STORE_CLOSED' })
})

void t.test('a backup reports its progress', async t => {
  const { backend, directory } = await openBackend(t, { startWorker: startInThisThread })
  await backend.write(
    Array.from({ length: 2000 }, () => sampleRecord()),
    NEVER,
  )
  const seen: number[] = []
  await backend.backup(join(directory, 'copy.db'), progress => seen.push(progress.remainingPages))
  t.ok(seen.length > 0)
})

void t.test('a record that was confirmed survives the end of the process', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-backend-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'store.db')
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(ROOT, 'dist/test/support/store-crash.js'), path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [confirmed] = (await once(child.stdout, 'data')) as [Buffer]
  child.kill('SIGKILL')
  await once(child, 'exit')
  const options = { path, busyMs: 50, deadlineMs: 10_000, startWorker: startInThisThread }
  const backend = await SqliteBackend.open(options)
  t.teardown(() => backend.close())
  const id = confirmed.toString().trim()
  t.match(await backend.run('findMessages', { customer: '*', id }), [{ reference: id }])
})
