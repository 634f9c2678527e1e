import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { identityOf, makeBackupFile, openSqliteFile } from '../../src/store/sqlite-file.js'

function place(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-file-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  return join(directory, 'state', 'store.db')
}

const modeOf = (path: string) => statSync(path).mode & 0o777

function open(t: Test, path: string, create = true) {
  const database = openSqliteFile({ path, busyMs: 50 }, create)
  t.teardown(() => database.close())
  return database
}

void t.test('file and directory are made for their owner alone, whatever the umask', async t => {
  const path = place(t)
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const database = open(t, path)
  database.exec('create table x (y)')
  t.equal(modeOf(join(path, '..')), 0o700)
  for (const suffix of ['', '-wal', '-shm']) t.equal(modeOf(path + suffix), 0o600, suffix)
})

void t.test('a file that others may read is closed to them', async t => {
  const path = place(t)
  openSqliteFile({ path, busyMs: 50 }, true).close()
  chmodSync(path, 0o644)
  open(t, path)
  t.equal(modeOf(path), 0o600)
})

void t.test(
  'every commit reaches the disk, keys are checked, deleted rows are overwritten',
  async t => {
    const database = open(t, place(t))
    const settings: [name: string, want: unknown][] = [
      ['journal_mode', 'wal'],
      ['synchronous', 2],
      ['foreign_keys', 1],
      ['secure_delete', 1],
      ['busy_timeout', 50],
      ['trusted_schema', 0],
    ]
    for (const [name, want] of settings)
      t.equal(database.pragma(name, { simple: true }), want, name)
  },
)

void t.test('a file that is not there is only made when it may be', async t => {
  const path = place(t)
  t.throws(() => open(t, path, false), { code: 'ERR_STORE_VANISHED' })
  t.equal(identityOf(path), undefined)
  open(t, path)
  t.ok(identityOf(path))
})

void t.test('the file of a backup is new and private', async t => {
  const file = join(place(t), '..', '..', 'copy.db')
  makeBackupFile(file)
  t.equal(modeOf(file), 0o600)
  t.throws(() => makeBackupFile(file), { code: 'ERR_STORE_INPUT', message: /EEXIST/ })
  t.throws(() => makeBackupFile(join(file, 'x')), { code: 'ERR_STORE_INPUT', message: /ENOTDIR/ })
})
