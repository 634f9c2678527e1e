import type { Config } from '../config/load.js'
import { GatewayError } from '../errors.js'
import type { Log } from '../log/log.js'
import type { Mail } from '../message/mail.js'
import type { Decision } from '../policy/model.js'
import type { ListStage, StageResult } from './check-result.js'
import { loadError } from './load-error.js'
import { memoryState } from './plugin-state.js'
import { resolvePlugin } from './resolve.js'
import { runStage } from './run-stage.js'
import { startPlugin } from './start.js'

/**
 * Runs one plugin on one mail, whether or not the configuration lists it.
 *
 * Shape   `settings` go before those of the configuration.
 * Throws  ERR_HOST_LOAD when there is no such plugin, else as `loadHost` and its stages.
 */
export async function tryPlugin(
  entry: string,
  settings: Readonly<Record<string, unknown>>,
  mail: Mail,
  decision: Decision,
  config: Config,
  log: Log,
): Promise<readonly StageResult[ListStage][]> {
  const module = resolvePlugin(entry, config.directory) ?? resolvePlugin(entry, process.cwd())
  if (module === undefined) throw loadError(entry, 'it was not found')
  const plugin = await startPlugin(
    module,
    withSettings(config, entry, settings),
    log,
    memoryState(),
  )
  try {
    const { signal } = new AbortController()
    const { stage } = plugin.info
    if (stage === 'seal' || stage === 'notify')
      throw loadError(entry, `a plugin for the stage ${stage} says nothing about a mail`)
    return await runStage(stage, [plugin], mail, decision, signal)
  } finally {
    await plugin.close().catch((thrown: unknown) => {
      if (!(thrown instanceof GatewayError)) log.warn('plugin not closed', { plugin: entry })
    })
  }
}

function withSettings(
  config: Config,
  entry: string,
  settings: Readonly<Record<string, unknown>>,
): Config {
  if (Object.keys(settings).length === 0) return config
  const before = config.plugin.get(entry)?.values ?? {}
  const section = { values: { ...before, ...settings }, where: () => 'command line' }
  return { ...config, plugin: new Map(config.plugin).set(entry, section) }
}
