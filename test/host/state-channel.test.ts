import { randomUUID } from 'node:crypto'
import { BroadcastChannel } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { memoryState, pluginState, type StateKeeper } from '../../src/host/plugin-state.js'
import { remoteState, serveState } from '../../src/host/state-channel.js'

function connected(t: Test, keeper: StateKeeper) {
  const name = `test-${randomUUID()}`
  const served = serveState(name, 'classify/a', keeper)
  t.teardown(() => served.close())
  return { name, remote: remoteState(name) }
}

void t.test('a thread keeps values as if the store were its own', async t => {
  const keeper = memoryState()
  const state = pluginState('classify/a', connected(t, keeper).remote)
  t.equal(await state.get('k'), undefined)
  await state.set('k', [1, 2])
  t.same(await state.get('k'), [1, 2])
  t.equal(await state.add('n', 3), 3)
  t.equal(await state.add('n', 4), 7)
  await state.delete('k')
  t.equal(await state.get('k'), undefined)
  t.equal(await keeper.pluginValue('classify/a', 'n'), '7')
})

void t.test('a thread reaches no plugin but its own', async t => {
  const keeper = memoryState()
  const { remote } = connected(t, keeper)
  await remote.setPluginValue('classify/b', 'k', '1', undefined)
  t.equal(await keeper.pluginValue('classify/b', 'k'), undefined)
  t.equal(await keeper.pluginValue('classify/a', 'k'), '1')
})

void t.test('a store that fails is an error without its words', async t => {
  const failing = { ...memoryState(), pluginValue: () => Promise.reject(new Error('secret')) }
  const { remote } = connected(t, failing)
  await t.rejects(remote.pluginValue('classify/a', 'k'), { message: 'the store gave no answer' })
})

void t.test('what is no question is not answered', async t => {
  const asked: string[] = []
  const keeper = {
    ...memoryState(),
    pluginValue: async (_plugin: string, key: string) => {
      asked.push(key)
      return undefined
    },
  }
  const { name, remote } = connected(t, keeper)
  const port = new BroadcastChannel(name)
  t.teardown(() => port.close())
  const good = { thread: 9, id: 1, ask: 'pluginValue', key: 'good', value: undefined, until: 1 }
  const wrong = [
    null,
    'text',
    { ...good, thread: 'x' },
    { ...good, id: undefined },
    { ...good, key: 7 },
    { ...good, key: 'k'.repeat(100_001) },
    { ...good, value: {} },
    { ...good, until: 0.5 },
    { ...good, ask: 'close' },
  ]
  for (const each of [...wrong, good]) port.postMessage(each)
  await remote.pluginValue('classify/a', 'last')
  t.same(asked, ['good', 'last'])
})
