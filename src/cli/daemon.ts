import { mkdir } from 'node:fs/promises'
import type { Config } from '../config/load.js'
import { GatewayError, reasonOf } from '../errors.js'
import type { StateKeeper } from '../host/plugin-state.js'
import type { Log } from '../log/log.js'
import { startAskServer } from './ask-server.js'
import { createServices, type Services } from './container.js'
import { startHousekeeping } from './housekeeping.js'
import { listenOn } from './listen.js'
import { startLogFollower } from './log-follower.js'
import { startProber } from './start-prober.js'
import { serviceManager } from './systemd.js'
import { startUpkeep } from './upkeep.js'

export interface DaemonOptions {
  readonly configFile: string | undefined
  readonly overrides: Readonly<Record<string, unknown>>
  /** Whether this process also deletes old records and follows the log of Postfix. */
  readonly everything: boolean
}

/** The signals a daemon lives by; `process`, or a stand-in for tests. */
export interface Signals {
  on(name: 'SIGHUP' | 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  off(name: 'SIGHUP' | 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/**
 * Runs the milter until SIGTERM or SIGINT: SIGHUP reads the settings again, the end drains.
 *
 * Throws  whatever keeps it from starting; nothing listens then.
 */
export async function runDaemon(options: DaemonOptions, signals: Signals = process): Promise<void> {
  const services = createServices(options.configFile, options.overrides, stateInStore)
  const { config, log } = services
  const manager = serviceManager(process.env)
  const onNotifyFailed = (thrown: unknown): void =>
    log.warn('systemd not told', { reason: reasonOf(thrown) })
  // What is open is closed in the opposite order, also when a later step of the start fails.
  const watchdog = manager.startWatchdog(onNotifyFailed)
  const open: (() => unknown)[] = [() => watchdog.stop()]
  try {
    const store = await services.store
    open.push(() => store.close())
    const engines = await services.engines
    open.push(() => engines.close())
    const letterKeys = await services.letterKeys
    open.push(() => letterKeys.close())
    await mkdir(config.milter.spool_directory, { recursive: true, mode: 0o700 })
    if (options.everything) open.push(await startFollowing(services))
    let isListening = false
    const upkeep = await startUpkeep(services, () => isListening)
    open.push(() => upkeep.stop())
    const askServer = await startAskServer(services)
    if (askServer !== undefined) open.push(() => askServer.stop())
    const server = await services.server
    open.push(() => server.close({ deadlineMs: config.milter.shutdown_timeout }))
    const address = await listenOn(server, config)
    isListening = true
    if (options.everything && config.prober.in_daemon) {
      const prober = await startProber(services)
      open.push(() => prober.stop())
    }
    if (options.everything) {
      const housekeeping = startHousekeeping(store, log)
      open.push(() => housekeeping.stop())
    }
    const reload = reloader(options, services, log)
    const onHangup = (): void => {
      manager.reloading().catch(onNotifyFailed)
      void reload().then(() => manager.ready().catch(onNotifyFailed))
    }
    signals.on('SIGHUP', onHangup)
    open.push(() => signals.off('SIGHUP', onHangup))
    log.info('listening', { address, mode: config.mode, file: config.file })
    await manager.ready().catch(onNotifyFailed)

    const signal = await firstOf(signals, ['SIGTERM', 'SIGINT'])
    log.info('stopping', { reason: signal, connections: server.connections })
    await manager.stopping().catch(onNotifyFailed)
  } finally {
    for (const close of open.reverse()) await close()
  }
  log.info('stopped')
}

/** What plugins keep outlives the daemon, and each set of settings. */
async function stateInStore({ store }: Pick<Services, 'store'>): Promise<StateKeeper> {
  return (await store).pluginState
}

/**
 * Follows the log of Postfix, if there is one: without it mail is decided and sent as ever, and only
 * what a lane hands back stays in its lane.
 */
async function startFollowing(services: Services): Promise<() => Promise<void>> {
  try {
    const follower = await startLogFollower(services)
    return () => follower.stop()
  } catch (thrown) {
    services.log.warn('no log of Postfix to follow', { reason: reasonOf(thrown) })
    return () => Promise.resolve()
  }
}

/** Reads the settings again: one reload at a time, and the old ones stay when the new are wrong. */
function reloader(options: DaemonOptions, services: Services, log: Log): () => Promise<void> {
  let running = Promise.resolve()
  const reload = async (): Promise<void> => {
    try {
      const fresh = createServices(options.configFile, options.overrides, () =>
        stateInStore(services),
      )
      const engine = await fresh.engine
      const engines = await services.engines
      const waiting = needRestart(services.config, fresh.config)
      services.rulesKeeper.reload(fresh.config)
      engines.replace(engine)
      await (await services.store).syncCustomers(fresh.config.customer)
      log.info('settings read again', { file: fresh.config.file, mode: fresh.config.mode })
      if (waiting.length > 0)
        log.warn('some settings take effect at the next start', { reason: waiting.join(', ') })
    } catch (thrown) {
      const code = thrown instanceof GatewayError ? thrown.code : 'ERR_BUG'
      log.error('settings not read, the old ones stay in force', { code, reason: reasonOf(thrown) })
    }
  }
  return () => {
    running = running.then(reload)
    return running
  }
}

/** Sections that are read at start only, as far as they changed. */
function needRestart(before: Config, after: Config): readonly string[] {
  const sections = ['listen', 'milter', 'ask', 'store', 'log', 'keys', 'prober', 'maps'] as const
  const shown = (config: Config, name: (typeof sections)[number]): string => {
    // Rules for verdicts take effect at once.
    const section =
      name === 'prober' ? { ...config.prober, tls_profile: '', bindings: [] } : config[name]
    return JSON.stringify(section)
  }
  return sections.filter(name => shown(before, name) !== shown(after, name))
}

function firstOf(signals: Signals, names: readonly ('SIGTERM' | 'SIGINT')[]): Promise<string> {
  return new Promise(resolve => {
    const listeners = names.map(name => [name, (): void => finish(name)] as const)
    const finish = (name: string): void => {
      for (const [other, listener] of listeners) signals.off(other, listener)
      resolve(name)
    }
    for (const [name, listener] of listeners) signals.on(name, listener)
  })
}
