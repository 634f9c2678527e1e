import t from 'tap'
import { definePlugin, type Plugin } from 'postseal/plugin'
import { startInMain } from '../../src/host/main-plugin.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { describeThrown } from '../../src/host/plugin-error.js'
import type { PluginInfo, StartedPlugin } from '../../src/host/started-plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'

const MAIL = parseMail(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
const NEVER = new AbortController().signal
const silent = (): void => undefined
const log = { error: silent, warn: silent, info: silent, debug: silent }

function start(setup: Plugin['setup'], timeoutMs = 60_000): Promise<StartedPlugin> {
  const plugin = definePlugin({
    stage: 'detect',
    name: 'detect/x',
    summary: '',
    setup: setup as never,
  })
  const info = { name: 'detect/x', stage: 'detect' } as PluginInfo
  return startInMain(plugin, info, {
    settings: {},
    log,
    timeoutMs,
    setupTimeoutMs: 60_000,
    keeper: memoryState(),
  })
}

void t.test('what a plugin throws becomes a temporary failure without its message', async t => {
  const throwing = await start(() => () => JSON.parse('Secret text') as never)
  t.throws(() => throwing.run(MAIL, undefined, NEVER), {
    code: 'ERR_HOST_PLUGIN',
    temporary: true,
    message: /^plugin detect\/x threw SyntaxError( at \S+)?$/,
  })
  const rejecting = await start(() => async () => Promise.reject(new RangeError('Secret text')))
  await t.rejects(Promise.resolve(rejecting.run(MAIL, undefined, NEVER)), {
    message: /^plugin detect\/x threw RangeError at \S+main-plugin\.test\.ts:\d+:\d+$/,
  })
})

void t.test('a plugin that never answers is late', async t => {
  const plugin = await start(() => () => new Promise<never>(() => undefined), 5)
  await t.rejects(Promise.resolve(plugin.run(MAIL, undefined, NEVER)), {
    code: 'ERR_HOST_PLUGIN',
    message: 'plugin detect/x took longer than 5 ms',
  })
})

void t.test('a plugin without promise is not waited for, and close is called once', async t => {
  let closed = 0
  const plugin = await start(() => ({ run: () => [], close: () => void closed++ }))
  t.strictSame(plugin.run(MAIL, undefined, NEVER), [])
  await plugin.close()
  t.equal(closed, 1)
})

void t.test('what was thrown is told by its kind only', async t => {
  t.equal(describeThrown('Secret'), 'threw a string')
  t.equal(describeThrown(undefined), 'threw a undefined')
  const odd = new Error('Secret')
  odd.name = 'Secret name with spaces'
  odd.stack = 'Secret'
  t.equal(describeThrown(odd), 'threw Error')
})
