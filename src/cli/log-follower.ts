import { GatewayError, reasonOf } from '../errors.js'
import { findLog } from '../evidence/find-log.js'
import {
  followLog,
  readToEnd,
  startFollower,
  type Follower,
  type FollowerOptions,
} from '../evidence/follower.js'
import type { LogSource } from '../evidence/log-source.js'
import { postfixRunner } from '../postfix/run.js'
import type { EvidenceBatch } from '../store/evidence.js'
import { createServices, type Services } from './container.js'
import type { Signals } from './daemon.js'
import { serviceManager } from './systemd.js'

export interface FollowOptions {
  readonly configFile: string | undefined
  /** Reads to the end of the log and ends. */
  readonly once: boolean
  readonly fromStart: boolean
  readonly onKept: (batch: EvidenceBatch) => void
}

/**
 * Starts the follower inside a daemon that does more.
 *
 * Throws  ERR_EVIDENCE_NONE when there is no log to follow.
 */
export async function startLogFollower(
  services: Pick<Services, 'config' | 'log' | 'store'>,
): Promise<Follower> {
  const { log } = services
  return startFollower({ source: await logOf(services), store: await services.store, log })
}

/**
 * Follows the log until SIGTERM or SIGINT, or to its end.
 *
 * Throws  whatever keeps it from starting; with `once` also what keeps the log from being read.
 */
export async function runLogFollower(
  options: FollowOptions,
  signals: Signals = process,
  services: Pick<Services, 'config' | 'log' | 'store'> = createServices(options.configFile),
): Promise<void> {
  const { log } = services
  const source = await logOf(services)
  const store = await services.store
  const ending = new AbortController()
  const onEnd = (): void => ending.abort()
  const names = ['SIGTERM', 'SIGINT'] as const
  for (const name of names) signals.on(name, onEnd)
  try {
    const { fromStart, onKept, once } = options
    const following = { source, store, log, fromStart, onKept }
    if (once) await readToEnd(following, ending.signal)
    else await followAsService(following, ending.signal)
  } finally {
    for (const name of names) signals.off(name, onEnd)
    await store.close()
  }
}

async function followAsService(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  const { log } = options
  const manager = serviceManager(process.env)
  const onNotifyFailed = (thrown: unknown): void =>
    log.warn('systemd not told', { reason: reasonOf(thrown) })
  const watchdog = manager.startWatchdog(onNotifyFailed)
  try {
    await manager.ready().catch(onNotifyFailed)
    await followLog(options, signal)
    await manager.stopping().catch(onNotifyFailed)
  } finally {
    watchdog.stop()
  }
  log.info('stopped')
}

/**
 * The log that the settings name.
 *
 * Throws  ERR_EVIDENCE_NONE when there is none.
 */
export function logOf({ config, log }: Pick<Services, 'config' | 'log'>): Promise<LogSource> {
  const run = postfixRunner(config.postfix)
  return findLog({
    setting: config.evidence.log,
    log,
    postconf: async name => {
      const answer = await run('postconf', ['-hx', name]).catch((thrown: unknown) => {
        // Where Postfix is on another machine its log may still be here.
        if (thrown instanceof GatewayError && thrown.code === 'ERR_POSTFIX_COMMAND')
          return undefined
        throw thrown
      })
      return answer?.code === 0 ? answer.stdout.trim() : undefined
    },
  })
}
