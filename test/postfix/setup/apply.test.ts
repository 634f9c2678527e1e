import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readInstance } from '../../../src/postfix/instance.js'
import type { RunPostfix } from '../../../src/postfix/run.js'
import { applySetup } from '../../../src/postfix/setup/apply.js'
import { applyUndo, readUndo } from '../../../src/postfix/setup/undo.js'
import { NOW, apply, look, quick, setupInstance, undo } from '../../support/setup-instance.js'

const ADMIN_MAIN = `
# Ours since 2014, do not touch
smtpd_milters =
    inet:localhost:8891,
# the old one
    { unix:/run/clamav.sock, default_action=accept }
non_smtpd_milters = $smtpd_milters
smtp_header_checks = regexp:/etc/postfix/out
always_bcc = archive@a.example
alias_maps =`

const ADMIN_MASTER = `submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
#  -o smtpd_tls_security_level=encrypt
  -o smtpd_milters=inet:localhost:8891
`

await t.test('apply, apply again, undo: as it was, to the byte', async t => {
  const instance = await setupInstance(t)
  await instance.addMain(ADMIN_MAIN)
  await instance.addMaster(ADMIN_MASTER)
  const main = await instance.mainCf()
  const master = await instance.masterCf()
  const { backup, reloaded } = await apply(instance)
  t.equal(reloaded, false)
  t.equal(await readFile(join(backup, 'main.cf'), 'utf8'), main)
  t.equal(await readFile(join(backup, 'master.cf'), 'utf8'), master)
  const before: unknown = JSON.parse(await readFile(join(backup, 'before.json'), 'utf8'))
  t.match(before, [{ key: /^/, before: null }], 'what each entry said')

  const { explicit, services } = await readInstance(instance.config.postfix, instance.run)
  const ours = /^\{ unix:postseal\/milter\.sock, protocol=6, default_action=tempfail, [^}]* \}, /
  t.match(explicit.get('smtpd_milters'), ours)
  t.match(
    explicit.get('smtpd_milters'),
    'inet:localhost:8891, { unix:/run/clamav.sock, default_action=accept }',
  )
  t.equal(explicit.get('non_smtpd_milters'), '$smtpd_milters')
  t.match(explicit.get('smtp_header_checks'), /postseal\/strip, regexp:\/etc\/postfix\/out$/)
  const submission = services.find(({ name }) => name === 'submission')
  t.match(submission?.options.get('smtpd_milters'), /milter\.sock,.*\}, inet:localhost:8891$/)
  t.match(await instance.mainCf(), '# Ours since 2014, do not touch\n')
  t.match(await instance.masterCf(), '#  -o smtpd_tls_security_level=encrypt\n')

  const again = await look(instance)
  t.same(again.changes, [])
  t.same(
    again.remarks.filter(({ kind }) => kind === 'conflict'),
    [],
  )

  t.same(await undo(instance), [])
  t.equal(await instance.mainCf(), main)
  t.equal(await instance.masterCf(), master)
  t.notOk((await readdir(instance.configDirectory)).includes('postseal'))
  t.notOk((await readdir(instance.queueDirectory)).includes('postseal'))
  t.equal(await readUndo({ config: instance.config, run: instance.run, signers: [] }), undefined)
})

await t.test('when Postfix refuses, everything is as it was', async t => {
  const instance = await setupInstance(t)
  await instance.addMain('smtpd_milters = unix:/a\n')
  const main = await instance.mainCf()
  const master = await instance.masterCf()
  const refusing: RunPostfix = async (command, args, options) => {
    if (command !== 'postfix') return instance.run(command, args, options)
    if (args[0] === 'check') await appendFile(instance.logFile, 'postfix: fatal: no good\n')
    return { code: 1, stdout: '', stderr: '' }
  }
  await t.rejects(apply(instance, { run: refusing }), {
    code: 'ERR_POSTFIX_SETUP',
    message: 'everything was put back as it was: postfix check: fatal: no good',
  })
  t.equal(await instance.mainCf(), main)
  t.equal(await instance.masterCf(), master)
  t.same(await readdir(instance.configDirectory).then(names => names.sort()), [
    'main.cf',
    'master.cf',
  ])
  t.notOk((await readdir(instance.queueDirectory)).includes('postseal'))
  const options = { config: instance.config, run: instance.run, signers: [] }
  t.equal(await readUndo(options), undefined)

  await apply(instance)
  const applied = await instance.mainCf()
  const found = await readUndo(options)
  if (found === undefined) throw new Error('nothing to undo')
  await t.rejects(applyUndo(found, { ...options, run: refusing, now: NOW }), {
    code: 'ERR_POSTFIX_SETUP',
  })
  t.equal(await instance.mainCf(), applied)
  t.same((await look(instance)).changes, [], 'undo that failed is as if it had not been')
})

await t.test('nothing is done with a conflict, or by somebody else than root', async t => {
  const instance = await setupInstance(t)
  await instance.addMain('relayhost = [smart.example]:25\n')
  const main = await instance.mainCf()
  await t.rejects(apply(instance), { code: 'ERR_POSTFIX_CONFLICT', message: /^1 conflicts have/ })
  t.equal(await instance.mainCf(), main)
  t.notOk(await stat(join(instance.stateDirectory, 'setup')).catch(() => undefined))

  await writeFile(join(instance.configDirectory, 'main.cf'), main.replace(/^relayhost.*$/m, ''))
  const setup = await look(instance)
  const { getuid } = process
  t.teardown(() => Object.assign(process, { getuid }))
  Object.assign(process, { getuid: () => 1000 })
  const options = { config: instance.config, run: quick(instance.run), signers: [], now: NOW }
  await t.rejects(applySetup(setup, { ...options, ensureMaps: async () => undefined }), {
    code: 'ERR_POSTFIX_ROOT',
  })
  Object.assign(process, { getuid })
})
