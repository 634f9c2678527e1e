import { register } from 'node:module'
import { GatewayError, reasonOf } from '../errors.js'
import { loadError } from './load-error.js'
import { API_VERSION, STAGES, type Plugin } from './plugin.js'

/**
 * Loads the module of a plugin and checks that its default export is one for this API.
 *
 * Throws  ERR_HOST_LOAD, or ERR_HOST_API with both versions.
 */
export async function importPlugin(url: string, entry: string): Promise<Plugin> {
  let module: unknown
  try {
    module = await import(url)
  } catch (thrown) {
    throw loadError(entry, reasonOf(thrown), thrown)
  }
  const plugin = (module as { readonly default?: unknown }).default
  if (!isPlugin(plugin)) {
    throw loadError(entry, 'its default export is not what definePlugin gives')
  }
  if (!isCompatible(plugin.apiVersion)) {
    const fields = { plugin: plugin.name, built: plugin.apiVersion, own: API_VERSION }
    throw new GatewayError('ERR_HOST_API', fields)
  }
  if (!NAME.test(plugin.name) || !plugin.name.startsWith(`${plugin.stage}/`)) {
    throw loadError(entry, `its name must be ${plugin.stage}/NAME in small letters`)
  }
  if ((plugin.stage === 'seal') !== (plugin.letter !== undefined))
    throw loadError(entry, 'a plugin for the stage seal, and no other, says what its letter is')
  return plugin
}

/** URLs of the modules that a plugin may import by name from anywhere on the disk. */
export const DOORS: Readonly<Record<string, string>> = Object.freeze({
  'postseal/plugin': new URL('./index.js', import.meta.url).href,
})

let registered = false

/**
 * Lets plugins outside the package import its doors: what Node does not find by itself under
 * these names is looked up here. A copy of its own that a plugin brings goes first, and its API
 * version tells.
 */
export function registerDoors(doors: Readonly<Record<string, string>>): void {
  if (registered) return
  registered = true
  register(`data:text/javascript,${encodeURIComponent(RESOLVER)}`, { data: doors })
}

const RESOLVER = `
  let doors = {}
  export function initialize(data) { doors = data }
  export async function resolve(specifier, context, next) {
    try {
      return await next(specifier, context)
    } catch (error) {
      if (!Object.hasOwn(doors, specifier)) throw error
      return next(doors[specifier], context)
    }
  }
`

const NAME = /^[a-z]+\/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

/** Same major version, and no newer minor one than ours. */
function isCompatible(built: string): boolean {
  const [major, minor] = numbers(built)
  const [ownMajor, ownMinor] = numbers(API_VERSION)
  return major === ownMajor && minor <= ownMinor
}

function numbers(version: string): readonly [number, number] {
  const [, major, minor = '0'] = /^(\d{1,5})(?:\.(\d{1,5}))?$/.exec(version) ?? []
  return major === undefined ? [-1, 0] : [Number(major), Number(minor)]
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { stage, name, summary, version, apiVersion, config, needs, thread, setup } =
    value as Partial<Record<keyof Plugin, unknown>>
  const texts = [name, summary, version, apiVersion].every(text => typeof text === 'string')
  const tables = [config, needs].every(table => typeof table === 'object' && table !== null)
  const known = STAGES.some(each => each === stage) && (thread === 'main' || thread === 'worker')
  return texts && tables && known && typeof setup === 'function'
}
