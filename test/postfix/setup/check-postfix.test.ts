import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { RunPostfix } from '../../../src/postfix/run.js'
import { checkPostfix, reloadIfRunning } from '../../../src/postfix/setup/check-postfix.js'
import { instanceFacts } from '../../support/postfix-instance.js'

const answering =
  (code: number, stderr = ''): RunPostfix =>
  async () => ({ code, stdout: '', stderr })

await t.test('what Postfix complains about, wherever it says so', async t => {
  await checkPostfix(answering(0), instanceFacts())
  await t.rejects(checkPostfix(answering(1, 'postfix: fatal: x\n'), instanceFacts()), {
    code: 'ERR_POSTFIX_REFUSED',
    message: 'postfix check: postfix: fatal: x',
  })
  await t.rejects(checkPostfix(answering(1), instanceFacts()), {
    message: 'postfix check: it ended with 1; the mail log says why',
  })

  const directory = await mkdtemp(join(tmpdir(), 'setup-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const log = join(directory, 'mail.log')
  const facts = instanceFacts({ main: { maillog_file: log } })
  await t.rejects(checkPostfix(answering(1), facts), { message: /the mail log says why/ })
  await writeFile(log, 'postfix: fatal: of yesterday\n')
  const logging: RunPostfix = async () => {
    await appendFile(log, 'a word\npostfix/x: fatal: no directory\npostfix/y: warning: z\n')
    return { code: 1, stdout: '', stderr: '' }
  }
  await t.rejects(checkPostfix(logging, facts), {
    message: 'postfix check: fatal: no directory; warning: z',
  })
})

await t.test('only what runs is reloaded', async t => {
  t.equal(await reloadIfRunning(answering(1)), false)
  t.equal(await reloadIfRunning(answering(0)), true)
  const failing: RunPostfix = async (_, args) => ({
    code: args[0] === 'status' ? 0 : 1,
    stdout: '',
    stderr: 'no',
  })
  await t.rejects(reloadIfRunning(failing), {
    code: 'ERR_POSTFIX_REFUSED',
    message: 'postfix reload: no',
  })
})
