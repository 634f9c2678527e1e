import { GatewayError } from '../errors.js'
import type { Mail } from '../message/mail.js'
import type { Decision } from '../policy/model.js'
import { ResultError, checkResult, type ListStage, type StageResult } from './check-result.js'
import { pluginError } from './plugin-error.js'
import type { StartedPlugin } from './started-plugin.js'
import { unlessAborted } from './unless-aborted.js'

/**
 * Runs the plugins of one stage on a message: started in their order, results in their order.
 *
 * Plugins do not see each other's results, so the slow ones run side by side. One that fails fails
 * the stage; what the others still do is ignored.
 *
 * Throws  ERR_HOST_PLUGIN naming the plugin, ERR_HOST_ABORTED when `signal` says the message ended.
 */
export async function runStage<S extends ListStage>(
  stage: S,
  plugins: readonly StartedPlugin[],
  mail: Mail,
  decision: Decision | undefined,
  signal: AbortSignal,
): Promise<readonly StageResult[S][]> {
  if (signal.aborted) throw new GatewayError('ERR_HOST_ABORTED')
  const results: (readonly StageResult[S][])[] = []
  const waiting: Promise<void>[] = []
  const stop = new AbortController()
  const keep = (index: number, plugin: StartedPlugin, raw: unknown): void => {
    results[index] = checked(stage, plugin, raw, mail)
  }
  try {
    for (const [index, plugin] of plugins.entries()) {
      const raw = plugin.run(mail, decision, stop.signal)
      if (raw instanceof Promise) waiting.push(raw.then(value => keep(index, plugin, value)))
      else keep(index, plugin, raw)
    }
    if (waiting.length > 0) await unlessAborted(Promise.all(waiting), signal, endedEarly)
  } catch (thrown) {
    stop.abort()
    // A plugin started before the one that failed may fail too; nobody waits for it any more.
    for (const other of waiting) other.catch(() => undefined)
    throw thrown
  }
  return Object.freeze(results.flat())
}

function checked<S extends ListStage>(
  stage: S,
  plugin: StartedPlugin,
  raw: unknown,
  mail: Mail,
): readonly StageResult[S][] {
  try {
    return checkResult(stage, plugin.info.name, raw, mail)
  } catch (thrown) {
    // A result that throws while it is read (a getter, a proxy) is rubbish as well.
    const reason = thrown instanceof ResultError ? thrown.message : 'gave a result that throws'
    throw pluginError(plugin.info.name, reason)
  }
}

function endedEarly(): Error {
  return new GatewayError('ERR_HOST_ABORTED')
}
