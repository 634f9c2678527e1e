import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../src/store/open-store.js'
import { sampleRecord } from '../support/store-records.js'

const WRONG: readonly (readonly [url: string, message: RegExp])[] = [
  ['sqlite:', /path of a file/],
  ['sqlite::memory:', /path of a file/],
  ['mysql://localhost/x', /neither sqlite: nor postgres:/],
  ['', /neither/],
  ['postgres://user:geheim@[bad/x', /^(?!.*geheim).*PostgreSQL store is wrong/],
]

for (const [url, message] of WRONG) {
  void t.test(`the address ${JSON.stringify(url)} is refused`, async t => {
    await t.rejects(openStore({ url, deadlineMs: 100 }), {
      code: 'ERR_STORE_URL',
      exit: 78,
      temporary: false,
      message,
    })
  })
}

void t.test('a store on SQLite opens with its thread and takes records', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-open-'))
  const url = `sqlite:${join(directory, 'store.db')}`
  const store = await openStore({ url, deadlineMs: 20_000, maxBytes: 2 ** 30 })
  t.teardown(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })
  const record = sampleRecord()
  await store.record(record)
  t.same(await store.findMessages('*', record.reference), [record])
  t.same(await store.checkIntegrity(), [])
})

void t.test('a server that is not there is a temporary error', async t => {
  const url = 'postgres:///none?host=/nonexistent&user=nobody'
  await t.rejects(openStore({ url, deadlineMs: 1000 }), {
    code: 'ERR_STORE_CONNECTION',
    exit: 75,
  })
})
