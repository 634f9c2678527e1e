import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exitCodeOf } from '../../../src/cli/exit.js'
import { command } from '../../../src/cli/commands/setup.js'
import yargs, { type CommandModule } from 'yargs'
import { storeBench } from '../../support/store-commands.js'
import { setupInstance } from '../../support/setup-instance.js'

interface Printed {
  readonly out: string
  readonly err: string
  readonly exit: number
}

await t.test('setup shows, does and undoes', async t => {
  const instance = await setupInstance(t)
  const file = join(instance.directory, 'milter.conf')
  const { state_directory: state, listen, postfix } = instance.config
  if (listen.socket.kind !== 'unix') throw new Error('not a unix socket')
  await writeFile(
    file,
    `state_directory = "${state}"
[listen]
socket = "unix:${listen.socket.path}"
[maps]
map_type = "texthash"
[postfix]
split_listener = "${postfix.split_listener}"
qtls_listener = "${postfix.qtls_listener}"
tls_listener = "${postfix.tls_listener}"
`,
  )
  const setup = async (...args: string[]): Promise<Printed> => {
    const out = t.capture(process.stdout, 'write', () => true)
    const err = t.capture(process.stderr, 'write', () => true)
    process.exitCode = 0
    let exit = 0
    let message = ''
    try {
      await yargs(['setup', 'postfix', '--config', file, ...args])
        .option('config', { type: 'string', global: true })
        .parserConfiguration({ 'greedy-arrays': false })
        .command(command as CommandModule)
        .exitProcess(false)
        .fail((text: string | null, error: unknown) => {
          throw error ?? new Error(text ?? 'usage')
        })
        .parseAsync()
      exit = process.exitCode
    } catch (thrown) {
      exit = exitCodeOf(thrown)
      message = String(thrown)
    }
    process.exitCode = 0
    const text = (calls: ReturnType<typeof out>): string =>
      calls.map(({ args }) => args[0]).join('')
    const printed = { out: text(out()), err: text(err()) + message, exit }
    out.restore()
    err.restore()
    return printed
  }
  const here = ['--config-directory', instance.configDirectory]
  const main = await instance.mainCf()

  t.match(await setup(...here, '--apply', '--undo'), { exit: 64, err: /choose one of/ })
  t.match(await setup(...here, '--undo'), { exit: 0, err: /nothing is to be undone/ })

  const shown = await setup(...here)
  t.match(shown, {
    exit: 0,
    err: /Ordinary users may not name[^]*The settings name the default[^]*Nothing was changed/,
  })
  t.match(
    shown.out,
    /^--- .*main\.cf\n\+\+\+ .*main\.cf\n@@ default_transport \(new\) @@\n\+default_transport = split:/m,
  )
  t.match(shown.out, /\n@@ qtls\/unix \(new\) @@\n\+qtls /)
  t.equal(await instance.mainCf(), main)
  t.match(await setup(...here, '--apply', '--dry-run'), { exit: 0, out: shown.out })
  t.equal(await instance.mainCf(), main)

  t.match(await setup(...here, '--apply'), {
    exit: 0,
    out: shown.out,
    err: /Done\. Postfix does not run here/,
  })
  t.match(await setup(...here, '--apply'), {
    exit: 0,
    out: '',
    err: /everything is as it has to be/,
  })

  const undo = await setup(...here, '--undo', '--dry-run', '--json')
  const lines = undo.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  t.match(lines.at(-1), { kind: 'result', state: 'planned', directory: instance.configDirectory })
  t.match(
    lines.find(({ key }) => key === 'default_transport'),
    {
      kind: 'setting',
      file: join(instance.configDirectory, 'main.cf'),
      before: /^default_transport = split/,
    },
  )
  t.match(await setup(...here, '--undo'), { exit: 0, err: /Undone\.[^]*stays in the queue/ })
  t.equal(await instance.mainCf(), main)

  await instance.addMain('relayhost = [smart.example]\n')
  const conflict = await setup(...here, '--apply')
  t.match(conflict, { exit: 78, err: /^conflict: .*main\.cf:\d+: relayhost\n {4}relayhost sends/m })
  const json = await setup(...here, '--json')
  t.match(json.out, /"kind":"conflict"[^\n]*\n[^]*"kind":"result"[^\n]*"state":"conflict"/)
  t.equal(json.exit, 78)
})

await t.test('setup sealing makes a key file once', async t => {
  const commands = storeBench(t, command)
  const file = join(commands.directory, 'seal.key')
  commands.settings(`[seal]\nkey_file = ${JSON.stringify(file)}\n`)
  t.match(await commands.run('setup', 'sealing'), { exit: 0, err: /was made/ })
  const made = await readFile(file, 'utf8')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(await commands.run('setup', 'sealing'), { exit: 0, err: /is there already/ })
  t.equal(await readFile(file, 'utf8'), made)
})
