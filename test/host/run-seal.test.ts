import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { loadHost, type PluginHost } from '../../src/host/load.js'
import { runNotify, sealerOf } from '../../src/host/run-seal.js'
import type { StartedPlugin } from '../../src/host/started-plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { SealFacts, SealOrder } from '../../src/seal/letter.js'
import { notifyWith, sealWith } from '../../src/testkit/seal-with.js'
import { configWith } from '../support/host-plugins.js'
import { recordLog } from '../support/log-recorder.js'
import fixture, { openFixture } from '../support/seal-fixture.js'

const FIXTURE = fileURLToPath(new URL('../support/seal-fixture.js', import.meta.url))
const MAIL = parseMail(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
const NEVER = new AbortController().signal
const FACTS: SealFacts = {
  recipient: 'bob@good.example',
  sender: 'anna@in.example',
  reference: '0123456789abcdefghij',
  language: 'en',
  style: {
    company: '',
    logo: undefined,
    colour: '#000000',
    subject: { de: 'v', fr: 'c', it: 'r', en: 'Confidential message' },
    contact: '',
  },
  password: 'a password',
  seed: Buffer.alloc(32, 7),
  keys: [],
  passwordWay: 'sender',
}
const order = (): SealOrder => ({ ...FACTS, mail: MAIL })

function hostWith(runIn: string, more = ''): Promise<PluginHost> {
  const settings = `[plugins]\nclassify = []\ndetect = []\nrewrite = []\nworker_threads = 1
seal = [${JSON.stringify(FIXTURE)}]\n[plugin."seal/fixture"]\nrun_in = "${runIn}"\n${more}`
  return loadHost(parseConfig(settings, undefined), recordLog(t).log)
}

for (const runIn of ['main', 'worker']) {
  void t.test(`a format that runs in ${runIn} seals the whole message`, async t => {
    const host = await hostWith(runIn)
    t.teardown(() => host.close())
    const [sealer] = host.sealers
    t.match(sealer, { format: 'fixture', opensWith: 'password' })
    t.equal(sealer?.sizeOf({ messageBytes: 1000, viewBytes: 7 }), 5596)
    const letter = await sealer?.seal(order(), NEVER)
    t.equal(letter?.fields[0]?.value, 'Confidential message')
    t.equal(openFixture(letter?.body ?? '', 'a password').toString(), 'Subject: x\r\n\r\nhello\r\n')
    t.throws(() => openFixture(letter?.body ?? '', 'another password'))
  })

  void t.test(`what it throws in ${runIn} is told without the password`, async t => {
    const host = await hostWith(runIn, 'fails = true\n')
    t.teardown(() => host.close())
    const failed = await host.sealers[0]?.seal(order(), NEVER).catch((thrown: Error) => thrown)
    t.match(failed, { code: 'ERR_HOST_PLUGIN', temporary: true })
    t.notMatch(failed instanceof Error ? failed.message : 'Secret', /Secret|a password/)
  })

  void t.test(
    `that it can use no key comes through from ${runIn}, and nothing else of it`,
    async t => {
      const host = await hostWith(runIn, 'keyless = true\n')
      t.teardown(() => host.close())
      const failed = await host.sealers[0]?.seal(order(), NEVER).catch((thrown: Error) => thrown)
      t.match(failed, { code: 'ERR_SEAL_KEY', temporary: true })
      t.notMatch(failed instanceof Error ? failed.message : 'Secret', /Secret|a password/)
    },
  )
}

void t.test('a letter that is none, or larger than it may be, is a failure', async t => {
  const plugin = (raw: unknown): StartedPlugin => ({
    info: {
      name: 'seal/x',
      stage: 'seal',
      version: '',
      summary: '',
      runsIn: 'main',
      uses: [],
      letter: { opensWith: 'password', growth: { factor: 0, plus: 3 } },
      entry: '',
      shipped: false,
      file: '',
    },
    needs: {},
    run: () => raw,
    close: async () => undefined,
  })
  const { fields } = await sealWith(fixture, MAIL)
  await t.rejects(sealerOf(plugin(undefined)).seal(order(), NEVER), { code: 'ERR_HOST_PLUGIN' })
  const large = { fields, body: Buffer.from('four'), bodyBytes: 4 }
  await t.rejects(sealerOf(plugin(large)).seal(order(), NEVER), { code: 'ERR_HOST_PLUGIN' })
  const small = { fields, body: Buffer.from('abc'), bodyBytes: 3 }
  t.equal((await sealerOf(plugin(small)).seal(order(), NEVER)).body.toString(), 'abc')
  const stop = new AbortController()
  const never = sealerOf(plugin(new Promise(() => undefined))).seal(order(), stop.signal)
  stop.abort()
  await t.rejects(never, { code: 'ERR_HOST_ABORTED' })
})

void t.test('a plugin that seals must say what its letter is, and no other may', async t => {
  const without = configWith(t.testdir(), { 'seal/x': 'return () => undefined' })
  await t.rejects(loadHost(without, recordLog(t).log), { code: 'ERR_HOST_LOAD' })
})

void t.test('a password goes to the plugin that sends it, in its thread', async t => {
  const body = `return message => { log.info('sent', message.to) }`
  const config = configWith(t.testdir(), { 'notify/x': body })
  const { log, lines } = recordLog(t)
  const host = await loadHost(config, log)
  t.teardown(() => host.close())
  await host.notify?.({ to: '+41791234567', text: 'abcd', id: '1' }, NEVER)
  // A line of the log and the answer of a thread take two ways.
  while (lines.length === 0) await new Promise(resolve => setImmediate(resolve))
  t.match(lines, [{ event: 'sent', fields: { reason: '+41791234567' } }])
  const stop = new AbortController()
  stop.abort()
  const info = { name: 'notify/x' } as StartedPlugin['info']
  const plugin = { info, needs: {}, run: () => undefined, close: async () => undefined }
  const message = { to: '+41791234567', text: 'abcd', id: '1' }
  await t.rejects(runNotify(plugin, message, stop.signal), { code: 'ERR_HOST_ABORTED' })
})

void t.test('authors seal and send in their own tests', async t => {
  const letter = await sealWith(fixture, MAIL, { password: 'theirs' })
  t.match(openFixture(letter.body, 'theirs').toString(), 'hello')
  await t.rejects(sealWith(fixture, MAIL, {}, { settings: { fails: 1 } }), { name: 'TypeError' })
  await t.rejects(notifyWith(fixture, { to: '+41791234567', text: 'abcd', id: '1' }))
})
