import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { enterNamespace } from '../../../sandbox/namespace.js'
import { command } from '../../../src/cli/commands/doctor.js'
import { runCommand } from '../../support/host-command.js'
import { apply, setupInstance, type SetupInstance } from '../../support/setup-instance.js'

// The name server of this machine is none of the test's.
await enterNamespace()
t.setTimeout(400_000)

/** An instance that does not run, with the settings of the command. */
async function instanceWith(t: Test): Promise<{ instance: SetupInstance; conf: string }> {
  const instance = await setupInstance(t)
  const conf = join(instance.directory, 'milter.conf')
  const { config, stateDirectory, queueDirectory, configDirectory } = instance
  const { split_listener: split, qtls_listener: qtls, tls_listener: tls } = config.postfix
  await writeFile(
    conf,
    `state_directory = "${stateDirectory}"
internal_domains = ["setup.sandbox.test", "localhost.sandbox.test", "localhost"]
maps.map_type = "texthash"
listen.socket = "unix:${queueDirectory}/postseal/milter.sock"
evidence.log = "file:${instance.logFile}"
notices.smtp = "127.0.0.1:1"
[postfix]
config_directory = "${configDirectory}"
split_listener = "${split}"
qtls_listener = "${qtls}"
tls_listener = "${tls}"
`,
  )
  return { instance, conf }
}

const severities = (out: string): ReadonlyMap<string, string> =>
  new Map(
    out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { check: string; severity: string })
      .map(({ check, severity }) => [check, severity]),
  )

await t.test('mistakes on the command line, and a Postfix that is not there', async t => {
  t.equal(command.command, 'doctor')
  const folder = t.testdir({
    'none.conf': 'postfix.command_directory = "/no/such"\n',
    'empty.conf': 'postfix.config_directory = "/no/such"\n',
  })
  const none = ['doctor', '--config', `${folder}/none.conf`]
  t.match(await runCommand(t, ...none, '--dry-run'), { code: 64, err: /--dry-run goes with --fix/ })
  t.match(await runCommand(t, ...none, '--fixx', 'all'), { code: 64 })
  t.match(await runCommand(t, ...none), { code: 75, out: '', err: /postconf is not there/ })
  const empty = await runCommand(t, 'doctor', '--config', `${folder}/empty.conf`)
  t.match(empty, { code: 78, out: '' })
})

await t.test('before setup checks fail; a repair is shown, then made', async t => {
  const { instance, conf } = await instanceWith(t)
  const doctor = (...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(t, 'doctor', '--config', conf, ...args)
  const before = await doctor('--json')
  t.equal(before.code, 1, 'a check has failed')
  const found = severities(before.out)
  t.ok(found.size > 60, `${found.size} checks`)
  for (const [check, severity] of [
    ['lanes', 'fail'],
    ['default-transport', 'fail'],
    ['store', 'fail'],
    ['setup', 'warn'],
    ['relayhost', 'ok'],
  ] as const) {
    t.equal(found.get(check), severity, check)
  }

  t.match(await doctor('--fix', 'no-such-check'), { code: 64, err: /there is no such check/ })
  const shown = await doctor('--fix', 'queue-ids', '--dry-run')
  t.match(shown, { code: 0, err: /Nothing was changed\.\n$/ })
  t.match(shown.out, /^\+enable_long_queue_ids = yes$/m)
  const asJson = await doctor('--fix', 'queue-ids', '--dry-run', '--json')
  t.match(JSON.parse(asJson.out), { key: 'enable_long_queue_ids', kind: 'setting' })
  t.notMatch(await instance.mainCf(), 'enable_long_queue_ids')
  const whole = await doctor('--fix', 'lanes', '--dry-run')
  t.match(whole.out, /^\+qtls +unix/m, 'setup is what repairs it')

  const fixed = await doctor('--fix', 'queue-ids', '--fix', 'store', '--json')
  t.match(fixed.err, /No setting repairs this: There is no store yet/)
  t.match(fixed.err, /Done\. Postfix does not run here\. The files as they were: /)
  t.match(await instance.mainCf(), /^enable_long_queue_ids = yes$/m)
  t.equal(severities(fixed.out).get('queue-ids'), 'ok', 'looked at once more')
  const again = await doctor('--fix', 'queue-ids')
  t.match(again.err, /Nothing was changed\./)
  t.match(again.out, /^FAIL {4}lanes: There is no service qtls/m)
})

await t.test(
  'setup is applied where only that repairs, and then nothing is left to do',
  async t => {
    const { instance, conf } = await instanceWith(t)
    const fixed = await runCommand(t, 'doctor', '--config', conf, '--fix', 'pin-table', '--json')
    const found = severities(fixed.out)
    for (const check of ['pin-table', 'lanes', 'listeners', 'default-transport', 'setup']) {
      t.equal(found.get(check), 'ok', check)
    }
    t.match(await readFile(join(instance.configDirectory, 'master.cf'), 'utf8'), /^qtls +unix/m)
    const all = await runCommand(t, 'doctor', '--config', conf, '--all')
    t.match(all.out, /^ok {6}pin-table: Each lane header becomes the pin to its lane/m)
  },
)

await t.test('a conflict keeps setup from repairing, and is named', async t => {
  const { instance, conf } = await instanceWith(t)
  await instance.addMain('relayhost = [192.0.2.1]\n')
  const { code, err } = await runCommand(t, 'doctor', '--config', conf, '--fix', 'lanes')
  t.equal(code, 78)
  t.match(err, /1 /)
})

await t.test('levels that the maps do not have are found', async t => {
  const { instance, conf } = await instanceWith(t)
  await apply(instance)
  const set = ['domain', 'set', 'partner.test', 'mandatory', '--reason', 'test', '--config', conf]
  t.equal((await runCommand(t, ...set)).code, 0)
  const found = severities((await runCommand(t, 'doctor', '--config', conf, '--json')).out)
  t.equal(found.get('store'), 'ok')
  t.equal(found.get('maps'), 'warn', 'the daemon may just be about to write them')
})
