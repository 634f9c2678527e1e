import {
  chmod,
  chown,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readOwned, writeAtomically } from '../../src/postfix/atomic-file.js'

async function directory(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'atomic-'))
  t.teardown(() => rm(path, { recursive: true }))
  return path
}

await t.test('a directory that is not there, and a name that is a directory', async t => {
  const place = await directory(t)
  await t.rejects(writeAtomically(join(place, 'no', 'file'), 'x', 0o644), { code: 'ENOENT' })
  await t.rejects(writeAtomically(place, 'x', 0o644), { code: /EISDIR|ENOTEMPTY|EEXIST/ })
  t.same(await readdir(place), [], 'nothing half done stays')
})

await t.test('a new file has the mode that was asked for', async t => {
  const path = join(await directory(t), 'file')
  await writeAtomically(path, 'one', 0o640)
  t.equal((await stat(path)).mode & 0o7777, 0o640)
  t.equal(await readFile(path, 'utf8'), 'one')
})

await t.test('one that is there keeps mode and owner, and a link its target', async t => {
  const place = await directory(t)
  const path = join(place, 'file')
  await writeFile(path, 'one')
  await chmod(path, 0o604)
  if (process.getuid?.() === 0) await chown(path, 12_345, 12_346)
  await symlink('file', join(place, 'link'))
  const { uid, gid } = await stat(path)
  await writeAtomically(join(place, 'link'), 'two', 0o644)
  t.equal(await readFile(path, 'utf8'), 'two')
  t.match(await stat(path), { uid, gid })
  t.equal((await stat(path)).mode & 0o7777, 0o604)
  t.same((await readdir(place)).sort(), ['file', 'link'])
})

await t.test('what belongs to others is not read', async t => {
  const place = await directory(t)
  const path = join(place, 'file')
  t.equal(await readOwned(path), undefined)
  await writeFile(path, 'ours')
  t.equal(await readOwned(path), 'ours')
  await symlink('file', join(place, 'link'))
  await t.rejects(readOwned(join(place, 'link')), { code: 'ELOOP' })
  const { getuid } = process
  t.teardown(() => Object.assign(process, { getuid }))
  Object.assign(process, { getuid: () => (getuid?.() ?? 0) + 1 })
  await t.rejects(readOwned(path), { code: 'ERR_POSTFIX_OWNER' })
})
