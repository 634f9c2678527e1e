import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { outputOf, postfixRunner } from '../../src/postfix/run.js'

/** A command directory whose `postconf` is a script of the test. */
async function commandDirectory(t: Test, script: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'postconf'), `#!/bin/sh\n${script}\n`)
  await chmod(join(directory, 'postconf'), 0o755)
  await copyFile(join(directory, 'postconf'), join(directory, 'sendmail'))
  return directory
}

await t.test('a command that is missing, forbidden, late, killed or too loud', async t => {
  const cases: [script: string, options: object, reason: RegExp][] = [
    ['sleep 9', { timeoutMs: 50 }, /postconf did not end within 50 ms$/],
    ['kill -9 $$', {}, /postconf ended early \(SIGKILL\)$/],
    ['head -c 2000 /dev/zero', { maxOutputBytes: 1000 }, /postconf says more than it should$/],
  ]
  for (const [script, options, message] of cases) {
    const directory = await commandDirectory(t, script)
    const run = postfixRunner({ config_directory: '', command_directory: directory })
    await t.rejects(run('postconf', [], options), { code: 'ERR_POSTFIX_COMMAND', message })
    await t.rejects(run('postmap', [], options), { message: /postmap is not there$/ })
    await chmod(join(directory, 'postconf'), 0o644)
    await t.rejects(run('postconf', []), { message: /postconf may not be run by this user$/ })
  }
})

await t.test(
  'the instance is named to every command, but for what the default one says',
  async t => {
    const directory = await commandDirectory(t, 'for a in "$@"; do echo "<$a>"; done')
    const run = postfixRunner({
      config_directory: '/etc/postfix-out',
      command_directory: directory,
    })
    t.equal((await run('postconf', ['-n'])).stdout, '<-c>\n</etc/postfix-out>\n<-n>\n')
    t.equal(
      (await run('postconf', ['-n', 'a b'], { ofDefaultInstance: true })).stdout,
      '<-n>\n<a b>\n',
    )
    t.equal((await run('sendmail', ['-i'])).stdout, '<-C>\n</etc/postfix-out>\n<-i>\n')
    const only = postfixRunner({ config_directory: '', command_directory: directory })
    t.equal((await only('postconf', ['-n'])).stdout, '<-n>\n')
  },
)

await t.test('input, exit code and both outputs; nothing of the surroundings', async t => {
  process.env['MAIL_CONFIG'] = '/nowhere'
  t.teardown(() => delete process.env['MAIL_CONFIG'])
  const directory = await commandDirectory(
    t,
    'cat; echo "$MAIL_CONFIG$LC_ALL"; echo why >&2; exit 3',
  )
  const run = postfixRunner({ config_directory: '', command_directory: directory })
  const result = await run('postconf', [], { input: 'in\n' })
  t.same(result, { code: 3, stdout: 'in\nC\n', stderr: 'why\n' })
  t.equal((await run('postconf', [], { input: '' })).code, 3, 'no input ends at once')
})

await t.test('an exit code is an error where the output is wanted', async t => {
  const of = async (script: string) => {
    const directory = await commandDirectory(t, script)
    return outputOf(
      postfixRunner({ config_directory: '', command_directory: directory }),
      'postconf',
      ['-n'],
    )
  }
  t.equal(await of('echo out; echo warning >&2'), 'out\n')
  await t.rejects(of('echo "fatal: no main.cf" >&2; exit 1'), {
    code: 'ERR_POSTFIX_REFUSED',
    message: 'postconf -n: fatal: no main.cf',
  })
  await t.rejects(of('exit 1'), {
    message: 'postconf -n: it ended with 1 and left its reasons in the mail log',
  })
})

await t.test('a command that does not read its input', async t => {
  const directory = await commandDirectory(t, 'exec true')
  const run = postfixRunner({ config_directory: '', command_directory: directory })
  t.equal((await run('postconf', [], { input: 'x'.repeat(1_000_000) })).code, 0)
})
