import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import t from 'tap'
import { openStore } from '../../src/store/open-store.js'
import { startInThisThread } from '../support/store-worker.js'
import { STORE_CASES, type OpenFresh } from '../support/store-cases.js'

const directory = mkdtempSync(join(tmpdir(), 'postseal-store-'))
t.teardown(() => rmSync(directory, { recursive: true }))

let count = 0
const openFresh: OpenFresh = async (t, options) => {
  count += 1
  const url = `sqlite:${join(directory, `${count}`, 'store.db')}`
  const store = await openStore({
    url,
    deadlineMs: 20_000,
    startWorker: startInThisThread,
    ...options,
  })
  t.teardown(() => store.close())
  return store
}

for (const [name, run] of STORE_CASES) void t.test(name, t => run(t, openFresh))

void t.test('a key of references that somebody has cut is damage, not a weaker key', async t => {
  const file = join(directory, 'cut', 'store.db')
  const options = { url: `sqlite:${file}`, deadlineMs: 20_000, startWorker: startInThisThread }
  const store = await openStore(options)
  t.teardown(() => store.close())
  const key = await store.referenceKey()
  const database = new Sqlite(file)
  t.teardown(() => database.close())
  for (const value of [
    '',
    key.toString('hex').slice(2),
    `${key.toString('hex')}00`,
    'x'.repeat(64),
  ]) {
    database.prepare('update secret set value = ?').run(value)
    await t.rejects(store.referenceKey(), { code: 'ERR_STORE_DAMAGED', message: /reference key/ })
  }
  database.prepare('update secret set value = ?').run(key.toString('hex'))
  t.same(await store.referenceKey(), key)
})

void t.test('a pause by another process is seen within a second', async t => {
  const url = `sqlite:${join(directory, 'two', 'store.db')}`
  const options = { url, deadlineMs: 20_000, startWorker: startInThisThread }
  const [daemon, command] = [await openStore(options), await openStore(options)]
  t.teardown(() => Promise.all([daemon.close(), command.close()]))
  t.equal(await daemon.paused(), false)
  await command.setPaused(true, 'ann', 'a leak')
  const clock = t.capture(performance, 'now', () => Number.MAX_SAFE_INTEGER)
  t.equal(await daemon.paused(), true)
  t.ok(clock().length > 0)
})
