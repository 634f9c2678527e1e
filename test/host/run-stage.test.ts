import t from 'tap'
import type { StartedPlugin } from '../../src/host/started-plugin.js'
import { pluginError } from '../../src/host/plugin-error.js'
import { runStage } from '../../src/host/run-stage.js'
import { withDeadline } from '../../src/host/deadline.js'
import { parseMail } from '../../src/message/parse-mail.js'

const MAIL = parseMail(Buffer.from('Subject: x\r\n\r\nhello\r\n'))
const label = (id: string) => ({ id, class: 'high', why: '' })

function plugin(name: string, run: StartedPlugin['run']): StartedPlugin {
  const info = { name: `classify/${name}`, stage: 'classify' } as StartedPlugin['info']
  return { info, needs: {}, run, close: async () => undefined }
}

const run = (plugins: readonly StartedPlugin[], signal = new AbortController().signal) =>
  runStage('classify', plugins, MAIL, undefined, signal)

void t.test('results keep the order of the plugins, whoever is first', async t => {
  const labels = await run([
    plugin('slow', async () => {
      await new Promise(setImmediate)
      return [label('slow')]
    }),
    plugin('none', () => []),
    plugin('fast', () => [label('fast')]),
  ])
  t.strictSame(
    labels.map(({ plugin, id }) => [plugin, id]),
    [
      ['classify/slow', 'slow'],
      ['classify/fast', 'fast'],
    ],
  )
  t.ok(Object.isFrozen(labels))
})

void t.test('one that fails fails the stage and stops the others', async t => {
  let told: AbortSignal | undefined
  const waiting = plugin('waits', (_mail, _decision, signal) => {
    told = signal
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('x'))),
    )
  })
  const failing = plugin('fails', () =>
    Promise.reject(pluginError('classify/fails', 'threw Error')),
  )
  await t.rejects(run([waiting, failing]), { message: 'plugin classify/fails threw Error' })
  t.ok(told?.aborted)
})

void t.test('rubbish of one fails the stage and names it, a trap in the result too', async t => {
  await t.rejects(run([plugin('x', () => 'no')]), {
    code: 'ERR_HOST_PLUGIN',
    fields: { plugin: 'classify/x' },
  })
  const trap = new Proxy([], {
    get: (_, key) => {
      if (key === 'length') throw new Error('Secret')
      return undefined
    },
  })
  await t.rejects(run([plugin('x', () => trap)]), {
    message: 'plugin classify/x gave a result that throws',
  })
})

void t.test('the end of the message ends the wait', async t => {
  const stop = new AbortController()
  const forever = plugin('x', () => new Promise(() => undefined))
  const result = run([forever], stop.signal)
  stop.abort()
  await t.rejects(result, { code: 'ERR_HOST_ABORTED', temporary: true })
  await t.rejects(run([forever], stop.signal), { code: 'ERR_HOST_ABORTED' })
})

void t.test('a deadline ends a wait with its own error, and leaves no timer behind', async t => {
  const late = (): Error => new Error('late')
  await t.rejects(withDeadline(new Promise(() => undefined), 1, late), { message: 'late' })
  t.equal(await withDeadline(Promise.resolve(3), 60_000, late), 3)
})
