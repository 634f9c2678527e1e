import type { Plugin, SetupContext } from './plugin.js'
import { pluginNetwork, type PluginNetwork } from './plugin-network.js'
import { pluginState, type PluginState, type StateKeeper } from './plugin-state.js'

/**
 * What a plugin works with besides its settings, as far as it declares that it needs it: what the
 * list of plugins does not say of a plugin, it does not get.
 */
export function setupTools(
  { name, needs }: Pick<Plugin, 'name' | 'needs'>,
  keeper: StateKeeper,
): Pick<SetupContext<never>, 'network' | 'state'> {
  return {
    network: needs.network === true ? pluginNetwork() : NO_NETWORK,
    state: needs.state === true ? pluginState(name, keeper) : NO_STATE,
  }
}

const undeclared = (what: string) => async (): Promise<never> => {
  throw new TypeError(`declare it first: needs: { ${what}: true }`)
}

const NO_NETWORK: PluginNetwork = Object.freeze({ request: undeclared('network') })
const NO_STATE: PluginState = Object.freeze({
  get: undeclared('state'),
  set: undeclared('state'),
  add: undeclared('state'),
  delete: undeclared('state'),
})
