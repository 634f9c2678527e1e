import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine } from './log-line.js'

/** Some lines of a log, in their order. */
export interface LogRead {
  readonly lines: readonly LogLine[]
  /** Where to go on behind them, for `after` of a later call; undefined when there is no place yet. */
  readonly position: string | undefined
  /**
   * The lines lie before the place where reading begins: they only tell what processes were doing,
   * and were reported before.
   */
  readonly isContext: boolean
}

export interface ReadOptions {
  /** Position of an earlier read; undefined: there was none. */
  readonly after: string | undefined
  /** Without an earlier position: from the first line of the log, not from its end. */
  readonly fromStart: boolean
  /** Ends at the end of the log, instead of waiting for more. */
  readonly once: boolean
  readonly signal: AbortSignal
}

/** Where lines come from. */
export interface LogSource {
  /** `file:/var/log/mail.log`, `journal`. */
  readonly name: string
  /**
   * Reads on: at most MAX_LINES lines each, as soon as they are there, and an empty read now and then
   * while none come. Nothing is read ahead of whoever takes it.
   *
   * Gives   reads until `signal` is aborted.
   * Throws  ERR_EVIDENCE_LOG when the log cannot be read.
   */
  read(options: ReadOptions): AsyncGenerator<LogRead, void, undefined>
}

/** Most lines of one read. */
export const MAX_LINES = 500

/** Between two looks for new lines: a listener waits for them. */
export const LOOK_EVERY_MS = 50

/** A quiet source gives an empty read after that time. */
export const IDLE_MS = 1_000

/** Waits, but not longer than until `signal` is aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>

export const pause: Pause = async (ms, signal) => {
  try {
    await sleep(ms, undefined, { signal })
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  }
}
