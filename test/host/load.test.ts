import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { loadHost } from '../../src/host/load.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { configWith, pluginSource } from '../support/host-plugins.js'
import { recordLog } from '../support/log-recorder.js'

const MAIL = parseMail(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
const NEVER = new AbortController().signal

void t.test('plugins of third parties run in workers and import only the door', async t => {
  const config = configWith(
    t.testdir(),
    {
      'classify/one': `log.info('started', config.word)
        return async mail => {
          const texts = []
          for await (const { text } of mail.textParts()) texts.push(text.trim())
          return [{ id: 'one', class: 'high', part: '1', why: config.word + ' ' + texts.join() }]
        }`,
    },
    '[plugin."classify/one"]\nword = "given"\n',
  )
  const { log, lines } = recordLog(t)
  const host = await loadHost(config, log)
  t.teardown(() => host.close())
  const want = { plugin: 'classify/one', id: 'one', class: 'high', part: '1', why: 'given hello' }
  t.strictSame(await host.classify(MAIL, NEVER), [want])
  const info = { name: 'classify/one', runsIn: 'worker', version: '1.2.3', shipped: false }
  t.match(host.list(), [info])
  // What a thread logs comes by a way of its own, and may come behind its answer.
  while (lines.length === 0) await nextTurn()
  t.match(lines, [{ level: 'info', event: 'started', fields: { reason: 'given' } }])
})

for (const thread of ['main', 'worker']) {
  void t.test(`a plugin in ${thread} keeps values between messages`, async t => {
    const directory = t.testdir()
    const count = `return async () => {
      const count = await state.add('messages', 1)
      return [{ id: 'seen', class: 'normal', count, why: '' }]
    }`
    writeFileSync(
      join(directory, 'p.mjs'),
      pluginSource('classify/p', count, `thread: '${thread}', needs: { state: true },`),
    )
    const text = `[plugins]\nworker_threads = 2\nclassify = ["./p.mjs"]\ndetect = []\nrewrite = []\n[plugin."./p.mjs"]\nrun_in = "${thread}"\n`
    const keeper = memoryState()
    const host = await loadHost(
      parseConfig(text, join(directory, 'milter.conf')),
      recordLog(t).log,
      keeper,
    )
    t.teardown(() => host.close())
    t.match(host.list(), [{ runsIn: thread }])
    const labels = await Promise.all([1, 2, 3, 4].map(() => host.classify(MAIL, NEVER)))
    t.same(new Set(labels.map(([label]) => label?.count)), new Set([1, 2, 3, 4]))
    t.equal(await keeper.pluginValue('classify/p', 'messages'), '4')
  })
}

void t.test(
  'run_in = "main" runs a plugin here; results keep the order of the settings',
  async t => {
    const slow = `return () => new Promise(r => setTimeout(r, 20, [{ id: 'slow', class: 'high', why: '' }]))`
    const config = configWith(
      t.testdir(),
      {
        'classify/b': slow,
        'classify/a': `return () => [{ id: 'fast', class: 'normal', why: '' }]`,
      },
      '[plugin."./classify-b.mjs"]\nrun_in = "main"\n[plugin."./classify-a.mjs"]\nrun_in = "main"\n',
    )
    const host = await loadHost(config, recordLog(t).log)
    t.teardown(() => host.close())
    t.strictSame(
      host.list().map(({ name, runsIn }) => [name, runsIn]),
      [
        ['classify/b', 'main'],
        ['classify/a', 'main'],
      ],
    )
    const labels = await host.classify(MAIL, NEVER)
    t.strictSame(
      labels.map(({ id }) => id),
      ['slow', 'fast'],
    )
  },
)

void t.test('what the plugins need is put together', async t => {
  const directory = t.testdir()
  const more = `needs: { body: false, macros: ['{cert_issuer}'] },`
  writeFileSync(join(directory, 'p.mjs'), pluginSource('detect/p', 'return () => []', more))
  const source = '[plugins]\nclassify = []\nrewrite = []\ndetect = ["./p.mjs"]\n'
  const main = '[plugin."./p.mjs"]\nrun_in = "main"\n'
  const config = parseConfig(source + main, join(directory, 'c'))
  const host = await loadHost(config, recordLog(t).log)
  t.teardown(() => host.close())
  t.strictSame(host.needs, { body: false, macros: ['{cert_issuer}'] })
})

void t.test('a package is found by its name, above the folder of the settings too', async t => {
  const directory = t.testdir()
  const folder = join(directory, 'node_modules/acme-postseal')
  mkdirSync(folder, { recursive: true })
  const exports = { '.': { import: './lib.mjs' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ exports }))
  writeFileSync(join(folder, 'lib.mjs'), pluginSource('detect/acme', 'return () => []'))
  const source = `[plugins]
classify = []
rewrite = []
detect = ["acme-postseal"]
[plugin.acme-postseal]
run_in = "main"
`
  const config = parseConfig(source, join(directory, 'etc/milter.conf'))
  const host = await loadHost(config, recordLog(t).log)
  t.teardown(() => host.close())
  t.match(host.list(), [{ name: 'detect/acme', entry: 'acme-postseal' }])
})

void t.test('plugins that are not there are told at once, with their places', async t => {
  const source = `[plugins]
classify = ["classify/subject-tga", "./absent.mjs"]
detect = ["no-such-package"]
rewrite = []`
  await t.rejects(loadHost(parseConfig(source, '/etc/x/milter.conf'), recordLog(t).log), {
    code: 'ERR_CONFIG_INVALID',
    message: `/etc/x/milter.conf:2:13: plugins.classify: no plugin "classify/subject-tga" was found, did you mean "classify/subject-tag"?
/etc/x/milter.conf:2:37: plugins.classify: no plugin "./absent.mjs" was found
/etc/x/milter.conf:3:11: plugins.detect: no plugin "no-such-package" was found`,
  })
})

const REFUSED: readonly (readonly [string, string, string, { code: string; message?: RegExp }])[] =
  [
    [
      'a module that throws',
      'throw new Error("boom")',
      '',
      { code: 'ERR_HOST_LOAD', message: /boom/ },
    ],
    [
      'a module without plugin',
      'export default 3',
      '',
      { code: 'ERR_HOST_LOAD', message: /definePlugin/ },
    ],
    [
      'a plugin for another API',
      pluginSource('detect/p', 'return () => []', `apiVersion: '2.0',`),
      '',
      { code: 'ERR_HOST_API', message: /was built for plugin API 2\.0, this is API 1\.1/ },
    ],
    [
      'a plugin for a newer API',
      pluginSource('detect/p', 'return () => []', `apiVersion: '1.99',`),
      '',
      { code: 'ERR_HOST_API' },
    ],
    [
      'a plugin of another stage',
      pluginSource('classify/p', 'return () => []'),
      '',
      { code: 'ERR_HOST_LOAD', message: /stage classify and stands under detect/ },
    ],
    [
      'a plugin with a name that is none',
      pluginSource('detect/P x', 'return () => []'),
      '',
      { code: 'ERR_HOST_LOAD', message: /its name must be detect\/NAME/ },
    ],
    [
      'a setup that throws',
      pluginSource('detect/p', 'throw new Error("no licence")'),
      '',
      { code: 'ERR_HOST_LOAD', message: /no licence/ },
    ],
    [
      'a setup without function',
      pluginSource('detect/p', 'return 3'),
      '',
      { code: 'ERR_HOST_LOAD', message: /gave no function/ },
    ],
    [
      'a setup that never ends',
      pluginSource('detect/p', 'return new Promise(() => {})'),
      '',
      { code: 'ERR_HOST_LOAD', message: /setup took longer than/ },
    ],
    [
      'an unknown setting',
      pluginSource('detect/p', 'return () => []'),
      'run_in = "main"\nwrod = "x"\n',
      {
        code: 'ERR_CONFIG_INVALID',
        message: /milter\.conf:8:1: plugin "detect\/p": wrod: unknown name, did you mean "word"\?/,
      },
    ],
    [
      'a thread that is none',
      pluginSource('detect/p', 'return () => []'),
      'run_in = "wroker"\n',
      {
        code: 'ERR_CONFIG_INVALID',
        message: /milter\.conf:7:10: plugin "\.\/p\.mjs": run_in: must be one of/,
      },
    ],
  ]

for (const [name, source, extra, want] of REFUSED) {
  void t.test(`${name} is refused and leaves nothing open`, async t => {
    const directory = t.testdir()
    writeFileSync(join(directory, 'p.mjs'), source)
    // Loaded here, as a thread takes long to start from the sources.
    const lists = `[plugins]\nclassify = []\nrewrite = []\nsetup_timeout = "100ms"\n`
    const file = join(directory, 'milter.conf')
    const config = parseConfig(
      `${lists}detect = ["./p.mjs"]\n[plugin."./p.mjs"]\n${extra || 'run_in = "main"'}`,
      file,
    )
    await t.rejects(loadHost(config, recordLog(t).log), want)
  })
}

void t.test('two plugins of one name are refused', async t => {
  const directory = t.testdir()
  for (const file of ['p.mjs', 'q.mjs']) {
    writeFileSync(join(directory, file), pluginSource('detect/p', 'return () => []'))
  }
  const source = `[plugins]
classify = []
rewrite = []
detect = ["./p.mjs", "./q.mjs"]
[plugin."./p.mjs"]
run_in = "main"
[plugin."./q.mjs"]
run_in = "main"
`
  const config = parseConfig(source, join(directory, 'milter.conf'))
  const want = { code: 'ERR_HOST_LOAD', message: /two plugins have this name/ }
  await t.rejects(loadHost(config, recordLog(t).log), want)
})

void t.test('the shipped plugins of the default settings load', async t => {
  const host = await loadHost(parseConfig('', undefined), recordLog(t).log)
  t.teardown(() => host.close())
  t.ok(host.list().length >= 4)
  t.ok(host.list().every(({ shipped, runsIn }) => shipped && runsIn === 'main'))
})
