import t from 'tap'
import { memoryState, pluginState } from '../../src/host/plugin-state.js'
import { setupTools } from '../../src/host/setup-tools.js'

void t.test('what is kept comes back, under the name of the plugin', async t => {
  const keeper = memoryState()
  const state = pluginState('classify/a', keeper)
  t.equal(await state.get('k'), undefined)
  await state.set('k', { list: [1, 'ü\0'] })
  t.same(await state.get('k'), { list: [1, 'ü\0'] })
  t.equal(await pluginState('classify/b', keeper).get('k'), undefined)
  await state.delete('k')
  t.equal(await state.get('k'), undefined)
})

void t.test('a number is added to in one step', async t => {
  const state = pluginState('classify/a', memoryState())
  t.equal(await state.add('n', 2), 2)
  t.equal(await state.add('n', -5), -3)
  t.equal(await state.get('n'), -3)
  await state.set('n', 'word')
  t.equal(await state.add('n', 1), 1)
})

void t.test('a value goes when its time is over', async t => {
  const state = pluginState('classify/a', memoryState())
  await state.set('k', 1, { seconds: 0.001 })
  await new Promise(resolve => setTimeout(resolve, 5))
  t.equal(await state.get('k'), undefined)
})

void t.test('what cannot be kept is refused before the store is asked', async t => {
  const nobody = () => Promise.reject(new Error('asked'))
  const state = pluginState('classify/a', {
    pluginValue: nobody,
    setPluginValue: nobody,
    addToPluginValue: nobody,
    deletePluginValue: nobody,
  })
  const circular: { self?: unknown } = {}
  circular.self = circular
  const wrong: readonly (() => Promise<unknown>)[] = [
    () => state.get(''),
    () => state.get('k'.repeat(201)),
    () => state.get('a\0b'),
    () => state.set('\ud800', 1),
    () => state.set('k', undefined),
    () => state.set('k', circular),
    () => state.set('k', 'x'.repeat(65_535)),
    () => state.set('k', 1, { seconds: 0 }),
    () => state.set('k', 1, { seconds: Number.NaN }),
    () => state.add('k', 0.5),
    () => state.add('k', 1, { seconds: 1e9 }),
    () => state.delete(7 as never),
  ]
  for (const each of wrong) await t.rejects(each(), TypeError)
  await t.rejects(state.get('k'), { message: 'asked' })
})

void t.test('a plugin gets only what it declares', async t => {
  const keeper = memoryState()
  const without = setupTools({ name: 'classify/a', needs: {} }, keeper)
  await t.rejects(without.state.get('k'), /needs: \{ state: true \}/)
  await t.rejects(without.state.set('k', 1), TypeError)
  await t.rejects(without.network.request('http://127.0.0.1/'), /needs: \{ network: true \}/)
  const needs = { state: true, network: true }
  const tools = setupTools({ name: 'classify/a', needs }, keeper)
  await tools.state.set('k', 1)
  t.equal(await keeper.pluginValue('classify/a', 'k'), '1')
  await t.rejects(tools.network.request('ftp://service.example/'), /only http/)
})
