import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long systemd-notify may take; it only writes one datagram. */
const NOTIFY_DEADLINE_MS = 5_000

/** Tells systemd how the daemon is doing; does nothing where systemd did not start it. */
export interface ServiceManager {
  ready(): Promise<void>
  reloading(): Promise<void>
  stopping(): Promise<void>
  /** Keeps the watchdog quiet until `stop` is called. */
  startWatchdog(onFailed: (thrown: unknown) => void): { stop(): void }
}

/**
 * Speaks sd_notify(3) through systemd-notify(1), since Node has no datagram sockets of the unix
 * family. The unit needs `NotifyAccess=all`.
 */
export function serviceManager(
  env: Readonly<Record<string, string | undefined>>,
  notify: (states: readonly string[]) => Promise<unknown> = states =>
    run('systemd-notify', [`--pid=${process.pid}`, ...states], { timeout: NOTIFY_DEADLINE_MS }),
): ServiceManager {
  const send = async (...states: string[]): Promise<void> => {
    if (env['NOTIFY_SOCKET'] !== undefined) await notify(states)
  }
  return {
    ready: () => send('READY=1'),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => send('STOPPING=1'),
    startWatchdog: onFailed => {
      const limitMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000
      if (!(limitMs > 0)) return { stop: () => undefined }
      // Half the time: one lost beat is no reason to be killed.
      const timer = setInterval(() => void send('WATCHDOG=1').catch(onFailed), limitMs / 2)
      timer.unref()
      return { stop: () => clearInterval(timer) }
    },
  }
}
