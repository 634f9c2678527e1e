import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { StoreAdmin } from '../store/admin.js'

/** Between two looks for records older than the retention. */
const PURGE_INTERVAL_MS = 3_600_000

/** Deletes what is older than the retention allows, at start and then every hour. */
export function startHousekeeping(
  store: Pick<StoreAdmin, 'purge'>,
  log: Log,
): { stop(): Promise<void> } {
  const ending = new AbortController()
  let running = Promise.resolve()
  const purge = async (): Promise<void> => {
    try {
      await store.purge({ signal: ending.signal })
    } catch (thrown) {
      if (!ending.signal.aborted) log.error('old records not deleted', { reason: reasonOf(thrown) })
    }
  }
  const next = (): void => {
    running = running.then(purge)
  }
  next()
  const timer = setInterval(next, PURGE_INTERVAL_MS)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      ending.abort()
      return running
    },
  }
}
