import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work after which others have their turn. */
const SLICE_MS = 10

/** Lets other work have its turn during a long one that goes in slices of a few milliseconds. */
export class Pace {
  readonly #signal: AbortSignal
  readonly #now: () => number
  #since: number

  constructor(signal: AbortSignal, now = (): number => performance.now()) {
    this.#signal = signal
    this.#now = now
    this.#since = now()
  }

  /** To be awaited after every slice. Throws when the signal is aborted meanwhile. */
  async step(): Promise<void> {
    if (this.#now() - this.#since < SLICE_MS) return
    await nextTurn()
    this.#signal.throwIfAborted()
    this.#since = this.#now()
  }
}
