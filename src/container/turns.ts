import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds after which other work gets its turn. */
const SLICE_MS = 20

/** Steps between two looks at the clock. */
const STEPS = 256

/** Lets other work have its turn during a long loop. */
export class Turns {
  #steps = 0
  #since = performance.now()

  /** To be awaited, where it gives a promise, in every step of the loop. */
  step(): Promise<void> | undefined {
    this.#steps += 1
    if (this.#steps % STEPS !== 0 || performance.now() - this.#since < SLICE_MS) return undefined
    return nextTurn().then(() => {
      this.#since = performance.now()
    })
  }
}
