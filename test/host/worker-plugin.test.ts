import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import { DOORS } from '../../src/host/module.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { PluginWorkers } from '../../src/host/worker-plugin.js'
import type { StartedPlugin } from '../../src/host/started-plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { ByteSource } from '../../src/message/source.js'
import { runCommand } from '../../sandbox/run-command.js'
import { pluginSource } from '../support/host-plugins.js'
import { plainNode } from '../support/plain-node.js'

/** Does what the subject says. */
const BODY = `
  const kept = []
  const does = {
    label: () => [{ id: 'x', class: 'high', part: '1', why: 'seen ' + config.word }],
    throw: mail => JSON.parse('Secret text of the mail'),
    reject: async () => { throw new TypeError('Secret text of the mail') },
    loop: () => { for (;;) {} },
    wait: () => new Promise(() => {}),
    grow: () => { for (;;) kept.push(new Array(100_000).fill(kept.length)) },
    exit: () => process.exit(0),
    rubbish: () => [{ id: 'x', class: 'low', why: '' }],
    function: () => [() => 1],
    lines: () => { log.warn('said', 'so'); return [] },
    size: async mail => {
      let size = 0
      for await (const piece of mail.decoded(mail.root)) size += piece.length
      return [{ id: 'size', class: 'normal', count: size, why: '' }]
    },
  }
  return mail => does[mail.root.fields[0].value](mail)
`

const NEVER = new AbortController().signal
const directory = t.testdir()
const file = join(directory, 'p.mjs')
writeFileSync(file, pluginSource('classify/p', BODY))

const lines = new EventEmitter()
const say = (level: string) => (event: string, reason?: string) =>
  void lines.emit('line', `${level} ${event} ${reason ?? ''}`)
const log = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') }
const setup = { url: pathToFileURL(file).href, entry: './p.mjs', doors: DOORS }
const limits = { threads: 1, memoryBytes: 256 * 1024 ** 2, setupTimeoutMs: 60_000 }

/** Threads take seconds to start from the sources, so only what must be late has a short limit. */
const patient = new PluginWorkers(setup, { ...limits, timeoutMs: 60_000 }, log, memoryState())
const hurried = new PluginWorkers(setup, { ...limits, timeoutMs: 3000 }, log, memoryState())
t.teardown(() => Promise.all([patient.close(), hurried.close()]))

let plugin: StartedPlugin
let hasty: StartedPlugin
t.before(async () => {
  plugin = await started(patient)
  hasty = await started(hurried)
})

const BAD: readonly (readonly [string, 'patient' | 'hasty', string, RegExp])[] = [
  ['throws', 'patient', 'throw', /^plugin classify\/p threw SyntaxError/],
  ['rejects', 'patient', 'reject', /^plugin classify\/p threw TypeError at .*p\.mjs:\d+:\d+$/],
  [
    'gives rubbish',
    'patient',
    'rubbish',
    /^plugin classify\/p gave a result whose 1\.class is wrong/,
  ],
  [
    'gives what cannot be posted',
    'patient',
    'function',
    /^plugin classify\/p gave a result whose 1 is/,
  ],
  ['ends its thread', 'patient', 'exit', /^plugin classify\/p ended its thread$/],
  [
    'takes all memory',
    'patient',
    'grow',
    /^plugin classify\/p used more memory than worker_memory/,
  ],
  ['loops for ever', 'hasty', 'loop', /^plugin classify\/p took longer than 3000 ms$/],
  ['never answers', 'hasty', 'wait', /^plugin classify\/p took longer than 3000 ms$/],
]

for (const [name, which, subject, want] of BAD) {
  void t.test(`a plugin that ${name} is named, without the mail, and works again`, async t => {
    const error = await run(which === 'hasty' ? hasty : plugin, subject).then(
      () => t.fail('it must not give a result'),
      (thrown: unknown) => thrown as Error & { code: string; temporary: boolean },
    )
    t.match(error, { code: 'ERR_HOST_PLUGIN', temporary: true, message: want })
    t.notOk(JSON.stringify(error).includes('Secret'))
    const again = await run(plugin, 'label')
    t.strictSame(again, [{ id: 'x', class: 'high', part: '1', why: 'seen given' }])
  })
}

void t.test('what a plugin writes to its log arrives', async t => {
  const line = once(lines, 'line')
  await run(plugin, 'lines')
  t.strictSame(await line, ['warn said so'])
})

void t.test('a large message is read piece by piece', async t => {
  const bytes = Buffer.concat([Buffer.from('Subject: size\r\n\r\n'), Buffer.alloc(3_000_000, 'a')])
  const mail = parseMail(bytes)
  t.match(await plugin.run(mail, undefined, NEVER), [{ id: 'size', count: 3_000_000 }])
})

void t.test(
  'bytes that cannot be read are an error of the plugin run, not a shorter message',
  async t => {
    const bytes = Buffer.concat([
      Buffer.from('Subject: size\r\n\r\n'),
      Buffer.alloc(3_000_000, 'a'),
    ])
    const whole = parseMail(bytes)
    const broken: ByteSource = {
      size: whole.source.size,
      peek: () => undefined,
      read: () => Promise.reject(new Error('EIO')),
    }
    const mail = Object.create(whole, { source: { value: broken } }) as typeof whole
    Object.defineProperties(mail, {
      envelope: { value: whole.envelope },
      root: { value: whole.root },
      damage: { value: [] },
    })
    await t.rejects(Promise.resolve(plugin.run(mail, undefined, NEVER)), {
      code: 'ERR_HOST_PLUGIN',
    })
  },
)

void t.test('wrong settings are problems with their paths', async t => {
  const problems = await patient.start({ wrod: 'x' })
  t.match(problems, [{ path: ['wrod'], of: 'name', what: /did you mean "word"/ }])
})

void t.test('threads that are ended while they start do not take the process along', async t => {
  const program = fileURLToPath(new URL('../support/thread-ends.js', import.meta.url))
  const [command, args] = plainNode(program)
  const ended = await runCommand(command, args, { timeoutMs: 120_000 })
  t.same(ended, { code: 0, stdout: 'lives\n', stderr: '' })
})

void t.test('the start of a thread is not part of the time for a message', async t => {
  const slow = join(directory, 'slow.mjs')
  const wait = 'await new Promise(done => setTimeout(done, 1500))\n'
  writeFileSync(slow, `${pluginSource('classify/p', BODY)}\n${wait}`)
  const ofSlow = { ...setup, url: pathToFileURL(slow).href }
  const workers = new PluginWorkers(ofSlow, { ...limits, timeoutMs: 1000 }, log, memoryState())
  t.teardown(() => workers.close())
  const late = await started(workers)
  await t.rejects(run(late, 'loop'), /took longer than 1000 ms/)
  t.match(await run(late, 'label'), [{ id: 'x' }], 'the thread that replaced it took its time')
})

void t.test('a message that gets no thread is not kept for ever', async t => {
  const workers = new PluginWorkers(
    setup,
    { ...limits, setupTimeoutMs: 5000, timeoutMs: 60_000 },
    log,
    memoryState(),
  )
  t.teardown(() => workers.close())
  const busy = await started(workers)
  const first = run(busy, 'wait')
  first.catch(() => undefined)
  await t.rejects(run(busy, 'label'), {
    code: 'ERR_HOST_PLUGIN',
    message: /^plugin classify\/p got no thread within 5000 ms$/,
  })
})

async function started(workers: PluginWorkers): Promise<StartedPlugin> {
  const description = await workers.describe()
  await workers.start({ word: 'given' })
  const { name, stage, summary, version } = description
  const info = {
    name,
    stage,
    summary,
    version,
    runsIn: 'worker',
    uses: [],
    entry: 'x',
    shipped: false,
    file,
  } as const
  return workers.plugin(info, description)
}

async function run(which: StartedPlugin, subject: string): Promise<unknown> {
  return which.run(parseMail(Buffer.from(`Subject: ${subject}\r\n\r\nhello\r\n`)), undefined, NEVER)
}
