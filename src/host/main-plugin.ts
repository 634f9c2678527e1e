import { reasonOf } from '../errors.js'
import type { Mail } from '../message/mail.js'
import { withDeadline } from './deadline.js'
import type { Plugin, PluginLog, StageRun, Stage, Started } from './plugin.js'
import type { StateKeeper } from './plugin-state.js'
import { setupTools } from './setup-tools.js'
import { loadError } from './load-error.js'
import { pluginError, thrownError } from './plugin-error.js'
import type { Beside, PluginInfo, StartedPlugin } from './started-plugin.js'

export interface SetupOptions {
  readonly settings: Readonly<Record<string, unknown>>
  readonly log: PluginLog
  readonly setupTimeoutMs: number
  /** Where the plugin's state is kept. */
  readonly keeper: StateKeeper
}

export interface StartOptions extends SetupOptions {
  /** For one message. */
  readonly timeoutMs: number
}

/** A plugin's function, whatever its stage. */
export type AnyRun = (
  mail: Mail | undefined,
  beside: Beside | undefined,
  signal: AbortSignal,
) => unknown

/**
 * Sets a plugin up in this thread.
 *
 * Throws  ERR_HOST_LOAD when `setup` throws, is late or gives no function.
 */
export async function startInMain(
  plugin: Plugin,
  info: PluginInfo,
  options: StartOptions,
): Promise<StartedPlugin> {
  const { name, needs } = plugin
  const { run, close } = await setUp(plugin, options)
  const late = (): Error => pluginError(name, `took longer than ${options.timeoutMs} ms`)
  return Object.freeze({
    info,
    needs,
    run(mail: Mail | undefined, beside: Beside | undefined, signal: AbortSignal): unknown {
      try {
        const result = run(mail, beside, signal)
        if (!isThenable(result)) return result
        const named = Promise.resolve(result).catch(thrown => {
          throw thrownError(name, thrown)
        })
        return withDeadline(named, options.timeoutMs, late)
      } catch (thrown) {
        throw thrownError(name, thrown)
      }
    },
    close,
  })
}

/** Runs `setup` and gives the stage's function in one form for all stages. */
export async function setUp(
  plugin: Plugin,
  options: SetupOptions,
): Promise<{ readonly run: AnyRun; readonly close: () => Promise<void> }> {
  const stop = new AbortController()
  const late = (): Error =>
    loadError(plugin.name, `setup took longer than ${options.setupTimeoutMs} ms`)
  const setup = async (): Promise<Started<Stage>> =>
    plugin.setup({
      config: options.settings,
      log: options.log,
      signal: stop.signal,
      ...setupTools(plugin, options.keeper),
    })
  let started: Started<Stage>
  try {
    started = await withDeadline(setup(), options.setupTimeoutMs, late)
  } catch (thrown) {
    stop.abort()
    throw loadError(plugin.name, reasonOf(thrown), thrown)
  }
  const run = typeof started === 'function' ? started : started?.run
  if (typeof run !== 'function') throw loadError(plugin.name, 'setup gave no function')
  return {
    run: inOneForm(plugin.stage, run),
    close: async () => {
      if (typeof started !== 'function') await started.close?.()
    },
  }
}

/** Stages differ in what they are given. */
function inOneForm(stage: Stage, run: StageRun[Stage]): AnyRun {
  const given = run as (...given: readonly unknown[]) => unknown
  switch (stage) {
    case 'classify':
    case 'detect':
      return (mail, _beside, signal) => given(mail, signal)
    case 'rewrite':
      return given
    case 'seal':
      return (mail, facts, signal) => given({ ...facts, mail }, signal)
    case 'notify':
      return (_mail, message, signal) => given(message, signal)
    default:
      return stage satisfies never
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
