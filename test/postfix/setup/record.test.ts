import {
  lstat,
  mkdir,
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
import { makeBackup } from '../../../src/postfix/setup/backup.js'
import {
  readRecord,
  recordFile,
  setupDirectory,
  writeRecord,
  type SetupRecord,
} from '../../../src/postfix/setup/record.js'

const NOW = new Date('2026-11-24T12:34:56.789Z')

async function directory(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'setup-'))
  t.teardown(() => rm(path, { recursive: true }))
  return path
}

const RECORD: SetupRecord = {
  version: 1,
  configDirectory: '/etc/postfix',
  at: NOW.toISOString(),
  originals: '/x',
  mainCf: '',
  masterCf: '',
  settings: { a: { before: null, after: 'a = 1\n' } },
  services: {},
  files: { '/etc/postfix/postseal/pins': 'hash' },
  directories: [],
}

/** Gives a file to somebody else; only root can. */
function somebodyElses(t: Test): () => void {
  const { getuid } = process
  const back = (): unknown => Object.assign(process, { getuid })
  t.teardown(back)
  const uid = (getuid?.() ?? 0) + 1
  Object.assign(process, { getuid: () => uid })
  return () => void back()
}

await t.test('what cannot be a record is refused', async t => {
  const path = await directory(t)
  t.equal(await readRecord(path), undefined, 'there is none')
  for (const text of ['', 'no json', '{}', JSON.stringify({ ...RECORD, version: 2 })]) {
    await writeFile(recordFile(path), text)
    await t.rejects(readRecord(path), { code: 'ERR_POSTFIX_RECORD' }, text)
  }
  await rm(recordFile(path))
  await symlink('/etc/passwd', recordFile(path))
  await t.rejects(readRecord(path), { code: 'ELOOP' })
})

await t.test('a record is read as it was written, and by nobody else', async t => {
  const path = await directory(t)
  await writeRecord(path, RECORD)
  t.same(await readRecord(path), RECORD)
  t.equal((await stat(recordFile(path))).mode & 0o777, 0o600)
  somebodyElses(t)
  await t.rejects(readRecord(path), { code: 'ERR_POSTFIX_OWNER' })
})

await t.test('instances have directories of their own', async t => {
  t.match(setupDirectory('/s', '/etc/postfix'), /^\/s\/setup\/postfix-[0-9a-f]{8}$/)
  t.not(setupDirectory('/s', '/etc/postfix'), setupDirectory('/s', '/opt/postfix'))
})

await t.test('a backup has the files and what each entry said', async t => {
  const state = await directory(t)
  const backup = {
    directory: join(state, 'setup', 'postfix'),
    files: {
      configDirectory: '/etc/postfix',
      mainCf: 'a = 1\n',
      masterCf: 'x\n',
      own: new Map([['/etc/postfix/postseal/pins', 'pins\n']]),
      directories: new Set<string>(),
    },
    changes: [
      {
        kind: 'setting',
        path: '/etc/postfix/main.cf',
        key: 'a',
        before: 'a = 1\n',
        after: 'a = 2\n',
      },
      { kind: 'file', path: '/f', key: '/f', before: undefined, after: '' },
    ] as const,
  }
  const first = await makeBackup(backup, NOW)
  t.equal(first, join(state, 'setup', 'postfix', '20261124T123456Z'))
  t.equal(await makeBackup(backup, NOW), `${first}-2`, 'two within a second')
  t.same((await readdir(first)).sort(), ['before.json', 'main.cf', 'master.cf', 'own-pins'])
  t.equal(await readFile(join(first, 'main.cf'), 'utf8'), 'a = 1\n')
  t.same(JSON.parse(await readFile(join(first, 'before.json'), 'utf8')), [
    { file: '/etc/postfix/main.cf', key: 'a', before: 'a = 1\n' },
  ])
  t.equal((await lstat(first)).mode & 0o777, 0o700)

  const link = join(state, 'other')
  await mkdir(join(state, 'real'))
  await symlink(join(state, 'real'), link)
  await t.rejects(makeBackup({ ...backup, directory: join(link, 'x') }, NOW), {
    code: 'ERR_POSTFIX_OWNER',
    message: /other does not belong/,
  })
  somebodyElses(t)
  await t.rejects(makeBackup(backup, NOW), { code: 'ERR_POSTFIX_OWNER' })
})
