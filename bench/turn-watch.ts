import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** The longest that the event loop was kept from its next turn. */
export interface LongestTurn {
  /** CPU time of the main thread: what it did itself, whoever else wants the processor. */
  readonly cpuMs: number
  readonly clockMs: number
}

/**
 * Watches every turn of the event loop while `work` goes on. Keeps the loop turning, so the CPU time
 * of the work is not to be measured meanwhile.
 *
 * Source  Linux, Documentation/scheduler/sched-stats: the first number of schedstat, nanoseconds
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<LongestTurn> {
  const descriptor = openSync('/proc/thread-self/schedstat', 'r')
  const text = Buffer.alloc(64)
  const cpuMs = (): number => {
    const bytes = readSync(descriptor, text, 0, text.length, 0)
    return Number(text.toString('latin1', 0, bytes).split(' ', 1)[0]) / 1e6
  }
  const longest = { cpuMs: 0, clockMs: 0 }
  let [cpu, clock] = [cpuMs(), performance.now()]
  const turn = (): void => {
    const [nowCpu, now] = [cpuMs(), performance.now()]
    longest.cpuMs = Math.max(longest.cpuMs, nowCpu - cpu)
    longest.clockMs = Math.max(longest.clockMs, now - clock)
    cpu = nowCpu
    clock = now
    watch = setImmediate(turn)
  }
  let watch = setImmediate(turn)
  try {
    await work()
    await nextTurn()
    return longest
  } finally {
    clearImmediate(watch)
    closeSync(descriptor)
  }
}
