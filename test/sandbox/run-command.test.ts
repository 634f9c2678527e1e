import t from 'tap'

import { runCommand } from '../../sandbox/run-command.js'

await t.test('a program says what it says and ends as it ends', async t => {
  const echo = await runCommand('sh', ['-c', 'cat; echo bad >&2; exit 3'], { input: 'good' })
  t.same(echo, { code: 3, stdout: 'good', stderr: 'bad\n' })
  const killed = await runCommand('sh', ['-c', 'kill -9 $$'])
  t.same(killed, { code: 137, stdout: '', stderr: '' })
  const long = await runCommand('sh', ['-c', 'head -c 1000000 /dev/zero'], {
    input: 'x'.repeat(1e6),
  })
  t.equal(long.stdout.length, 1_000_000, 'all of it, though its input was not read')
})

await t.test(
  'a program of sbin is found, and the surroundings of the caller are not handed on',
  async t => {
    process.env['MAIL_CONFIG'] = '/nowhere'
    t.teardown(() => delete process.env['MAIL_CONFIG'])
    const { stdout } = await runCommand('sh', ['-c', 'echo "$MAIL_CONFIG"; command -v postfix'])
    t.match(stdout, /^\n\/.*sbin\/postfix\n$/)
  },
)

await t.test('a program that is missing, or does not end', async t => {
  await t.rejects(runCommand('no-such-program', []), /no-such-program cannot be run/)
  await t.rejects(runCommand('sleep', ['9'], { timeoutMs: 50 }), /sleep did not end within 50 ms/)
})
