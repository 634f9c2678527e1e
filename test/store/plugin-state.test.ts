import t from 'tap'
import { runOperation } from '../../src/store/operations.js'
import { pluginStateOf } from '../../src/store/plugin-state.js'
import { memoryDatabase } from '../support/store-memory.js'

void t.test(
  'a plugin that keeps too much is refused until something of its own is over',
  async t => {
    const { db } = await memoryDatabase(t)
    let now = 1000
    const state = pluginStateOf(
      { run: (name, input) => runOperation(db, name, input) },
      () => now,
      2,
    )
    await state.setPluginValue('classify/a', 'one', '1', 2000)
    await state.addToPluginValue('classify/a', 'two', 1, undefined)
    const third = () => state.setPluginValue('classify/a', 'three', '1', undefined)
    await t.rejects(third(), { code: 'ERR_STORE_INPUT' })
    await t.rejects(state.addToPluginValue('classify/a', 'four', 1, undefined), {
      code: 'ERR_STORE_INPUT',
    })
    await state.setPluginValue('classify/a', 'two', '2', undefined)
    await state.setPluginValue('classify/b', 'one', '1', undefined)
    now = 2000
    await third()
    t.equal(await state.pluginValue('classify/a', 'three'), '1')
    t.equal(await state.pluginValue('classify/a', 'one'), undefined)
    t.equal(await state.pluginValue('classify/a', 'two'), '2')
  },
)
