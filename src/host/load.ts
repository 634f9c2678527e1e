import { invalidSettings } from '../config/check.js'
import type { Config } from '../config/load.js'
import { didYouMean } from '../config/nearest.js'
import type { Log } from '../log/log.js'
import type { Mail } from '../message/mail.js'
import type { Edit } from '../message/edit.js'
import type { Decision, Finding, Label } from '../policy/model.js'
import type { PasswordText } from '../seal/letter.js'
import { loadError } from './load-error.js'
import { STAGES, type Stage } from './plugin.js'
import { memoryState, type StateKeeper } from './plugin-state.js'
import { resolvePlugin, type PluginModule } from './resolve.js'
import { runNotify, sealerOf, type Sealer } from './run-seal.js'
import { runStage } from './run-stage.js'
import { shippedPlugins } from './shipped.js'
import { startPlugin } from './start.js'
import type { PluginInfo, StartedPlugin } from './started-plugin.js'

/** The plugins of one configuration, set up and in order. */
export interface PluginHost {
  classify(mail: Mail, signal: AbortSignal): Promise<readonly Label[]>
  detect(mail: Mail, signal: AbortSignal): Promise<readonly Finding[]>
  rewrite(mail: Mail, decision: Decision, signal: AbortSignal): Promise<readonly Edit[]>
  /** Formats of a sealed letter, in the order of the settings. */
  readonly sealers: readonly Sealer[]
  /** Hands a password to the plugin that sends text messages; undefined when none is there. */
  readonly notify: ((message: PasswordText, signal: AbortSignal) => Promise<void>) | undefined
  /** In the order in which they run. */
  list(): readonly PluginInfo[]
  /** What any of the plugins needs of a message. */
  readonly needs: { readonly body: boolean; readonly macros: readonly string[] }
  close(): Promise<void>
}

/**
 * Loads and sets up the plugins that the configuration names.
 *
 * Shape   `keeper` is where plugins keep values between messages; by default this process only, for
 *         commands that must change nothing.
 * Throws  ERR_CONFIG_INVALID for names and settings that are wrong, with all problems;
 *         ERR_HOST_LOAD and ERR_HOST_API for a plugin that cannot be used. Nothing stays open then.
 */
export async function loadHost(
  config: Config,
  log: Log,
  keeper: StateKeeper = memoryState(),
): Promise<PluginHost> {
  const modules = findModules(config)
  const started: StartedPlugin[] = []
  try {
    for (const [stage, module] of modules) {
      const plugin = await startPlugin(module, config, log, keeper)
      started.push(plugin)
      requireStage(plugin.info, stage)
      requireOnce(started)
    }
  } catch (thrown) {
    await closeAll(started)
    throw thrown
  }
  return hostOf(started)
}

/** The modules of all entries, in order. */
function findModules(config: Config): readonly (readonly [Stage, PluginModule])[] {
  const modules: [Stage, PluginModule][] = []
  const problems: string[] = []
  for (const stage of STAGES) {
    for (const [index, entry] of config.plugins[stage].entries()) {
      const module = resolvePlugin(entry, config.directory)
      if (module !== undefined) {
        modules.push([stage, module])
        continue
      }
      const where = config.where(['plugins', stage, index], 'value')
      const suggestion = didYouMean(entry, shippedPlugins())
      problems.push(`${where}: plugins.${stage}: no plugin "${entry}" was found${suggestion}`)
    }
  }
  if (problems.length > 0) throw invalidSettings(problems)
  return modules
}

function requireStage(info: PluginInfo, stage: Stage): void {
  if (info.stage === stage) return
  throw loadError(info.name, `it is a plugin for the stage ${info.stage} and stands under ${stage}`)
}

function requireOnce(started: readonly StartedPlugin[]): void {
  const last = started.at(-1)
  const same = started.filter(({ info }) => info.name === last?.info.name)
  if (last !== undefined && same.length > 1) {
    throw loadError(last.info.name, 'two plugins have this name')
  }
}

function hostOf(started: readonly StartedPlugin[]): PluginHost {
  const of = (stage: Stage): readonly StartedPlugin[] =>
    started.filter(({ info }) => info.stage === stage)
  const classifiers = of('classify')
  const detectors = of('detect')
  const rewriters = of('rewrite')
  const [notifier] = of('notify')
  const macros = new Set(started.flatMap(({ needs }) => needs.macros ?? []))
  return Object.freeze({
    classify: (mail: Mail, signal: AbortSignal) =>
      runStage('classify', classifiers, mail, undefined, signal),
    detect: (mail: Mail, signal: AbortSignal) =>
      runStage('detect', detectors, mail, undefined, signal),
    rewrite: (mail: Mail, decision: Decision, signal: AbortSignal) =>
      runStage('rewrite', rewriters, mail, decision, signal),
    sealers: Object.freeze(of('seal').map(sealerOf)),
    notify:
      notifier === undefined
        ? undefined
        : (message: PasswordText, signal: AbortSignal) => runNotify(notifier, message, signal),
    list: () => started.map(({ info }) => info),
    needs: Object.freeze({
      body: started.some(({ needs }) => needs.body !== false),
      macros: Object.freeze([...macros]),
    }),
    close: () => closeAll(started),
  })
}

/** In reverse order; one that cannot be closed does not keep the others open. */
async function closeAll(started: readonly StartedPlugin[]): Promise<void> {
  for (const plugin of [...started].reverse()) await plugin.close().catch(() => undefined)
}
