import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig, type Config } from '../../src/config/load.js'

/**
 * Writes third-party plugins into a folder and makes the configuration that names them.
 *
 * Shape   `plugins` maps a stage to the bodies of `setup` by plugin name; `extra` is further TOML.
 */
export function configWith(
  directory: string,
  plugins: Readonly<Record<string, string>>,
  extra = '',
): Config {
  const lists: Record<string, string[]> = {
    classify: [],
    detect: [],
    rewrite: [],
    seal: [],
    notify: [],
  }
  for (const [name, body] of Object.entries(plugins)) {
    const [stage = ''] = name.split('/')
    const file = `${name.replace('/', '-')}.mjs`
    writeFileSync(join(directory, file), pluginSource(name, body))
    lists[stage]?.push(`./${file}`)
  }
  mkdirSync(join(directory, 'state'), { recursive: true })
  const source = `state_directory = "state"\n[plugins]\nworker_threads = 1\n${Object.entries(lists)
    .map(([stage, names]) => `${stage} = ${JSON.stringify(names)}\n`)
    .join('')}${extra}`
  return parseConfig(source, join(directory, 'milter.conf'))
}

/** A module with one plugin; `body` is what its `setup({ config, log })` does. */
export function pluginSource(name: string, body: string, more = ''): string {
  return `import { definePlugin, s } from 'postseal/plugin'
export default definePlugin({
  stage: '${name.split('/')[0] ?? ''}',
  name: '${name}',
  summary: 'A plugin of a test.',
  version: '1.2.3',
  config: { word: s.text({ default: 'none', doc: 'A word.' }) },
  ${more}
  setup({ config, log, signal, network, state }) { ${body} },
})
`
}
