import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'

export interface Loop {
  /** Ends the loop; resolves when the turn in progress is over. */
  stop(): Promise<void>
}

/**
 * Does something again and again: the next turn starts `intervalMs` after the end of the one before.
 *
 * A turn that fails is logged, once for each reason in a row, and the next one tries again.
 */
export function every(
  intervalMs: number,
  name: string,
  log: Log,
  turn: (signal: AbortSignal) => Promise<void>,
): Loop {
  const ending = new AbortController()
  const { signal } = ending
  let complaint: string | undefined
  const once = async (): Promise<void> => {
    try {
      await turn(signal)
      complaint = undefined
    } catch (thrown) {
      const reason = reasonOf(thrown)
      if (signal.aborted || reason === complaint) return
      complaint = reason
      log.error(`${name} failed, tried again`, { reason })
    }
  }
  const running = (async () => {
    while (!signal.aborted) {
      await once()
      await pause(intervalMs, signal)
    }
  })()
  return {
    stop: () => {
      ending.abort()
      return running
    },
  }
}

/** Waits without keeping the process alive; ends early when the loop does. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(done => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      done()
    }
    const timer = setTimeout(finish, ms)
    timer.unref()
    signal.addEventListener('abort', finish)
  })
}
