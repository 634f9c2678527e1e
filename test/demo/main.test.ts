import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { plainNode } from '../support/plain-node.js'
import { ROOT } from '../support/tree-sources.js'

// Three demos of a dozen processes each: a busy machine needs its time.
t.setTimeout(600_000)

// The demo as people run it, so it has to be built (`npm test` does).
const DEMO = join(ROOT, 'dist', 'demo', 'main.js')

await t.test(
  'it shows every mail through Postfix, stays until it is stopped, and checks itself',
  async t => {
    const directory = join(t.testdir({}), 'demo')
    t.teardown(() => run('--stop', '--directory', directory))
    const played = await run('--keep', '--directory', directory)
    t.equal(played.code, 0)
    if (played.code !== 0) t.comment(played.output)
    t.match(played.output, /Everything went as expected\./)
    t.match(played.output, /12 messages to 14 recipients, 6 of them reached\./)
    t.match(played.output, /arrived at mx\.labor\.example over TLSv1\.3/)
    t.match(
      played.output,
      /station@klinik\.example {2}arrived as a sealed letter[^]*back from qtls/,
    )
    t.match(played.output, /mandat@kanzlei\.example {2}arrived/)
    t.match(played.output, /was told the password: (?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}/)
    t.match(played.output, /opened in Chromium, telephone/)
    t.match(played.output, /It says what was sent\./)
    t.match(played.output, /The lanes did as they should\./)
    t.notMatch(played.output, /\u001b/, 'no colours for a program')
    t.ok(processesOf(directory).length > 0, 'it goes on running')
    t.match(await run('--stop', '--directory', directory), { code: 0, output: /is stopped/ })
    t.same(processesOf(directory), [], 'nothing is left of it')
    t.match(await run('--stop', '--directory', directory), {
      code: 0,
      output: /No demo is running/,
    })
  },
)

await t.test('without Postfix it plays the same mails and says what it does not show', async t => {
  const directory = join(t.testdir({}), 'demo')
  const played = await run('--without-postfix', '--directory', directory)
  t.equal(played.code, 0)
  if (played.code !== 0) t.comment(played.output)
  t.match(played.output, /Without Postfix .*\nYou will not see/)
  t.match(played.output, /Everything went as expected\./)
  t.notMatch(played.output, /arrived at/)
  t.same(processesOf(directory), [])
})

await t.test('Ctrl-C stops everything', async t => {
  const directory = join(t.testdir({}), 'demo')
  const child = start('--directory', directory)
  const output = outputOf(child)
  for (let tries = 0; !existsSync(join(directory, 'stage.json')); tries++) {
    if (tries > 600) throw new Error('the stage was not ready within a minute')
    await sleep(100)
  }
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  t.equal(code, 130)
  t.match(await output, /Interrupted; everything is stopped\./)
  t.same(processesOf(directory), [])
})

await t.test('a wrong option is named', async t => {
  t.match(await run('--kep'), { code: 1, output: /Unknown option '--kep'/ })
})

function start(...args: string[]): ChildProcess {
  return spawn(...plainNode(DEMO, ...args), { stdio: ['ignore', 'pipe', 'inherit'] })
}

function outputOf({ stdout }: ChildProcess): Promise<string> {
  return stdout === null ? Promise.resolve('') : text(stdout)
}

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const child = start(...args)
  const [output, [code]] = await Promise.all([outputOf(child), once(child, 'exit')])
  return { code: code as number, output }
}

/** Processes that name the directory or work in it: stage, milter, Postfix and its services. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
        const here = readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)
        return here || commandLine.includes(directory) ? [commandLine] : []
      } catch {
        return []
      }
    })
}
