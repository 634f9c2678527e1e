import { existsSync, readdirSync } from 'node:fs'
import { STAGES } from './plugin.js'
import { SHIPPED_ROOT, resolvePlugin } from './resolve.js'

/** Names of the plugins that come with the package, in the order of the stages. */
export function shippedPlugins(): readonly string[] {
  return STAGES.flatMap(stage => {
    const folder = new URL(`${stage}/`, SHIPPED_ROOT)
    if (!existsSync(folder)) return []
    const names = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
    return names.map(({ name }) => `${stage}/${name}`).sort()
  }).filter(name => resolvePlugin(name, '/') !== undefined)
}
