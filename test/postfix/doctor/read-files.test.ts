import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readFiles, rightsTo } from '../../../src/postfix/doctor/read-files.js'
import { instanceFacts, lanesConfig } from '../../support/postfix-instance.js'

/** A unix socket may have 107 bytes. */
async function shortFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('rights are those of the file and of everything above it', async t => {
  const folder = t.testdir({ deep: { file: '' } })
  await chmod(join(folder, 'deep'), 0o711)
  await chmod(join(folder, 'deep', 'file'), 0o640)
  const seen = await rightsTo(join(folder, 'deep', 'file'))
  t.equal(seen.seen, true)
  if (!seen.seen) return
  const { socket, directories } = seen.value
  t.equal(socket.mode & 0o777, 0o640)
  t.equal(directories[0]?.path, '/')
  t.match(directories.at(-1), { path: join(folder, 'deep') })
  t.equal((directories.at(-1)?.mode ?? 0) & 0o777, 0o711)
  t.match(await rightsTo(join(folder, 'absent')), { seen: false, reason: /ENOENT/ })
})

t.test('what the machine says: texts, users, socket, log', async t => {
  const folder = await shortFolder(t)
  const texts = { 'main.cf': 'a = b\n', 'master.cf': 'c\n', log: '' }
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
  const postfix = instanceFacts({ configDirectory: folder, main: { mail_owner: 'root' } })
  const config = lanesConfig(
    `state_directory = "${folder}"\nlisten.socket = "unix:${folder}/milter.sock"\n`,
  )
  const files = await readFiles(config, postfix, { seen: true, value: join(folder, 'log') })
  t.match(files, {
    mainCf: 'a = b\n',
    masterCf: 'c\n',
    postfix: { name: 'root', uid: 0, gid: 0 },
    daemon: { uid: process.getuid?.() ?? 0 },
    socket: { seen: false, reason: /ENOENT/ },
    log: { seen: true },
  })
  await writeFile(join(folder, 'milter.sock'), '')
  const inet = lanesConfig(`state_directory = "/no/such"\nlisten.socket = "inet:127.0.0.1:1"\n`)
  const others = await readFiles(inet, { ...postfix, queueDirectory: folder }, undefined)
  t.match(others, { daemon: undefined, socket: undefined, log: undefined })
  const none = await readFiles(config, postfix, { seen: false, reason: 'there is no log' })
  t.match(none, { socket: { seen: true }, log: { seen: false, reason: 'there is no log' } })
})

t.test('files that Postfix’s clients need and that are not there', async t => {
  const folder = t.testdir({ 'main.cf': '', 'master.cf': '', 'ca.pem': '' })
  const config = lanesConfig('state_directory = "/no/such"\n')
  const [there, absent] = [join(folder, 'ca.pem'), join(folder, 'absent.pem')]
  const main = { smtp_tls_CAfile: there, smtp_tls_cert_file: absent }
  const { missing } = await readFiles(
    config,
    instanceFacts({ configDirectory: folder, main }),
    undefined,
  )
  t.strictSame(missing, [absent])
})

t.test('a user whom nobody knows, and files that are not there', async t => {
  const folder = t.testdir({ 'main.cf': '', 'master.cf': '' })
  const config = lanesConfig('state_directory = "/no/such"\n')
  const postfix = instanceFacts({ configDirectory: folder, main: { mail_owner: 'no-such-user' } })
  t.match(await readFiles(config, postfix, undefined), { postfix: undefined })
  const absent = instanceFacts({ configDirectory: join(folder, 'absent') })
  await t.rejects(readFiles(config, absent, undefined), { code: 'ENOENT' })
})
