import { checkSettings, invalidSettings, type Problem } from '../config/check.js'
import { choice, duration } from '../config/kinds.js'
import type { Config } from '../config/load.js'
import { emptySection, type RawSection } from '../config/raw-section.js'
import type { Values } from '../config/setting.js'
import type { Log } from '../log/log.js'
import { withInherited } from './inherited-settings.js'
import { startInMain } from './main-plugin.js'
import { DOORS, importPlugin, registerDoors } from './module.js'
import type { Plugin, PluginLog } from './plugin.js'
import type { StateKeeper } from './plugin-state.js'
import type { PluginModule } from './resolve.js'
import type { PluginInfo, StartedPlugin } from './started-plugin.js'
import { PluginWorkers } from './worker-plugin.js'

/** What the host itself reads in `[plugin."NAME"]`, beside the settings of the plugin. */
export const HOST_SETTINGS = {
  run_in: choice({
    values: ['default', 'main', 'worker'],
    default: 'default',
    doc: 'The thread; by default what a shipped plugin says, and a worker for all others.',
  }),
  timeout: duration({
    default: '0s',
    max: '10m',
    doc: 'How long this plugin may take for one message; "0s": as [plugins] says.',
  }),
}

/**
 * Loads one plugin, checks its settings and sets it up where it has to run.
 *
 * A shipped plugin is loaded in this thread to see what it is. Of all others nothing runs here
 * unless `run_in = "main"` says so.
 */
export async function startPlugin(
  module: PluginModule,
  config: Config,
  log: Log,
  keeper: StateKeeper,
): Promise<StartedPlugin> {
  const mayLoadHere = module.shipped || ownSettings(module.entry, config).run_in === 'main'
  if (!mayLoadHere) return startWorkers(module, config, log, keeper)
  if (!module.shipped) registerDoors(DOORS)
  const plugin = await importPlugin(module.url, module.entry)
  const { name, thread } = plugin
  const { run_in: runIn, timeout } = ownSettings(module.entry, config, name)
  const wanted = runIn === 'default' ? thread : runIn
  if (wanted === 'worker') return startWorkers(module, config, log, keeper)
  const own = sectionOf(module.entry, config, name)
  const section = withInherited(own, plugin.inherits ?? [], Object.keys(plugin.config), config)
  const checked = checkSettings(plugin.config, withoutHostSettings(section.values))
  if (checked.problems !== undefined) throw invalid(checked.problems, section, name)
  return startInMain(plugin, infoOf(module, plugin, 'main'), {
    settings: checked.values,
    log: pluginLog(log, name),
    timeoutMs: timeout || config.plugins.timeout,
    setupTimeoutMs: config.plugins.setup_timeout,
    keeper,
  })
}

async function startWorkers(
  module: PluginModule,
  config: Config,
  log: Log,
  keeper: StateKeeper,
): Promise<StartedPlugin> {
  const { plugins } = config
  const { entry, url } = module
  const limits = {
    threads: plugins.worker_threads,
    memoryBytes: plugins.worker_memory,
    timeoutMs: ownSettings(entry, config).timeout || plugins.timeout,
    setupTimeoutMs: plugins.setup_timeout,
  }
  const own = pluginLog(log, entry)
  const workers = new PluginWorkers({ entry, url, doors: DOORS }, limits, own, keeper)
  try {
    const description = await workers.describe()
    const { inherits, settings } = description
    const alone = sectionOf(entry, config, description.name)
    const section = withInherited(alone, inherits, settings, config)
    const problems = await workers.start(withoutHostSettings(section.values))
    if (problems.length > 0) throw invalid(problems, section, description.name)
    return workers.plugin(infoOf(module, description, 'worker'), description)
  } catch (thrown) {
    await workers.close()
    throw thrown
  }
}

/** `[plugin."…"]` under the entry in [plugins] or under the plugin's own name. */
function sectionOf(entry: string, config: Config, name?: string): RawSection {
  const named = name === undefined ? undefined : config.plugin.get(name)
  return config.plugin.get(entry) ?? named ?? emptySection(entry)
}

function ownSettings(entry: string, config: Config, name?: string): Values<typeof HOST_SETTINGS> {
  const section = sectionOf(entry, config, name)
  const own = Object.entries(section.values).filter(([key]) => Object.hasOwn(HOST_SETTINGS, key))
  const checked = checkSettings(HOST_SETTINGS, Object.fromEntries(own))
  if (checked.problems === undefined) return checked.values
  throw invalid(checked.problems, section, name ?? entry)
}

function withoutHostSettings(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const rest = Object.entries(values).filter(([key]) => !Object.hasOwn(HOST_SETTINGS, key))
  return Object.fromEntries(rest)
}

function invalid(problems: readonly Problem[], section: RawSection, name: string): Error {
  return invalidSettings(
    problems.map(problem => {
      const what = [...problem.path, problem.what].map(String)
      const said = `${what.slice(0, -1).join('.')}: ${what.at(-1)}`
      return `${section.where(problem.path, problem.of)}: plugin "${name}": ${said}`
    }),
  )
}

function infoOf(
  { entry, shipped, file }: PluginModule,
  plugin: Pick<Plugin, 'name' | 'stage' | 'version' | 'summary' | 'needs' | 'letter'>,
  runsIn: 'main' | 'worker',
): PluginInfo {
  const { name, stage, version, summary, letter } = plugin
  const uses = (['network', 'state'] as const).filter(each => plugin.needs[each] === true)
  const form = letter === undefined ? {} : { letter }
  const own = { name, stage, version, summary, runsIn, uses, ...form }
  return Object.freeze({ ...own, entry, shipped, file })
}

function pluginLog(log: Log, plugin: string): PluginLog {
  const named = log.with({ plugin })
  return {
    error: (event, reason) => named.error(event, { reason }),
    warn: (event, reason) => named.warn(event, { reason }),
    info: (event, reason) => named.info(event, { reason }),
    debug: (event, reason) => named.debug(event, { reason }),
  }
}
