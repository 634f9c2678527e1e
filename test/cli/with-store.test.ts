import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { withExistingStore, withStore } from '../../src/cli/with-store.js'
import { all } from '../support/store-records.js'

void t.test('a command that looks makes no store, one that changes it does', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-with-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const config = join(directory, 'milter.conf')
  const path = join(directory, 'store.db')
  const customers = '[[customer]]\nname = "clinic"\ndomains = ["clinic.example"]\n'
  writeFileSync(config, `${customers}[store]\nurl = "sqlite:${path}"\n`)
  const err = t.capture(process.stderr, 'write', () => true)
  await withExistingStore({ config }, async () => void t.fail('there is nothing to look at'))
  t.match(
    err().map(({ args }) => args[0]),
    [/There is no store at sqlite:.*store\.db yet/],
  )
  t.notOk(existsSync(path))
  const failure = new Error('in the middle')
  await t.rejects(
    withStore({ config }, async store => {
      t.match(await store.listCustomers(), [{ name: 'clinic', domains: ['clinic.example'] }])
      throw failure
    }),
    failure,
    'and it is closed all the same',
  )
  t.notOk(existsSync(`${path}-wal`))
  await withExistingStore({ config }, async (store, url) => {
    t.equal(url, `sqlite:${path}`)
    t.same(await all(store.listLevels('*')), [])
  })
})
