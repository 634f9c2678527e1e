import { existsSync, openSync, statSync, writeSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/backup.js'
import { openStore } from '../../../src/store/open-store.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleRecord } from '../../support/store-records.js'
import { startInThisThread } from '../../support/store-worker.js'

void t.test('a backup holds what the store holds, and its file is private', async t => {
  const bench = storeBench(t, command)
  const file = join(bench.directory, 'copy.db')
  t.match(await bench.run('backup', file), { err: /no store .* yet[^]*nothing to copy/, exit: 64 })
  const record = sampleRecord()
  await bench.record(record)
  t.match(await bench.run('backup', file), { out: '', err: /copied to/, exit: 0 })
  t.equal(statSync(file).mode & 0o777, 0o600)
  const copy = await openStore({
    url: `sqlite:${file}`,
    deadlineMs: 10_000,
    startWorker: startInThisThread,
  })
  t.teardown(() => copy.close())
  t.same(await copy.findMessages('*', record.reference), [record])
  t.match(await bench.run('backup', file), { err: /EEXIST/, exit: 65 })
})

void t.test('a damaged store is not copied over a good backup', async t => {
  const bench = storeBench(t, command)
  await bench.record(...Array.from({ length: 300 }, () => sampleRecord()))
  const path = join(bench.directory, 'store.db')
  const file = openSync(path, 'r+')
  const middle = Math.floor(statSync(path).size / 8192) * 4096
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, middle)
  closeSync(file)
  const copy = join(bench.directory, 'copy.db')
  t.match(await bench.run('backup', copy), { err: /damaged/, exit: 75 })
  t.notOk(existsSync(copy))
})
