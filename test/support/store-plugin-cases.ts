import type { StoreCase } from './store-cases.js'

/** What every store keeps for plugins. */
export const PLUGIN_CASES: readonly StoreCase[] = [
  [
    'a plugin finds what it has kept, and not what another has',
    async (t, open) => {
      const { pluginState } = await open(t)
      t.equal(await pluginState.pluginValue('classify/a', 'k'), undefined)
      await pluginState.setPluginValue('classify/a', 'k', '"one"', undefined)
      await pluginState.setPluginValue('classify/b', 'k', '"two"', undefined)
      t.equal(await pluginState.pluginValue('classify/a', 'k'), '"one"')
      await pluginState.setPluginValue('classify/a', 'k', '"three"', undefined)
      t.equal(await pluginState.pluginValue('classify/a', 'k'), '"three"')
      await pluginState.deletePluginValue('classify/a', 'k')
      t.equal(await pluginState.pluginValue('classify/a', 'k'), undefined)
      t.equal(await pluginState.pluginValue('classify/b', 'k'), '"two"')
    },
  ],
  [
    'a value whose time is over is not there, and a count begins again',
    async (t, open) => {
      let now = 1000
      const { pluginState } = await open(t, { now: () => now })
      await pluginState.setPluginValue('classify/a', 'k', '1', 1500)
      t.equal(await pluginState.addToPluginValue('classify/a', 'n', 2, 1500), 2)
      now = 1499
      t.equal(await pluginState.pluginValue('classify/a', 'k'), '1')
      t.equal(await pluginState.addToPluginValue('classify/a', 'n', 3, 9000), 5)
      now = 1500
      t.equal(await pluginState.pluginValue('classify/a', 'k'), undefined)
      t.equal(await pluginState.addToPluginValue('classify/a', 'n', 1, 9000), 1)
    },
  ],
  [
    'what is no number counts from nothing',
    async (t, open) => {
      const { pluginState } = await open(t)
      await pluginState.setPluginValue('classify/a', 'n', '"word"', undefined)
      t.equal(await pluginState.addToPluginValue('classify/a', 'n', -4, undefined), -4)
    },
  ],
  [
    'additions at the same time are all counted',
    async (t, open) => {
      const { pluginState } = await open(t)
      const sums = await Promise.all(
        Array.from({ length: 20 }, () =>
          pluginState.addToPluginValue('classify/a', 'n', 1, undefined),
        ),
      )
      t.same(
        [...sums].sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
    },
  ],
]
