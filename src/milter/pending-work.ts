import type { Deadlines } from './deadlines.js'
import type { MilterLimits } from './limits.js'

/** What is done with the outcome of work; exactly one of the three is called, once, or none. */
export interface Outcome<T> {
  done(value: T): void
  failed(error: unknown): void
  /** The time is over; what the work gives later is not looked at. */
  late(): void
}

interface Pending {
  readonly until: number
  progressAt: number
  late(): void
}

/**
 * The one thing a connection waits for. While there is one, no further command is taken.
 *
 * Whatever the work gives after it was dropped, or after its time, is not looked at: it cannot
 * answer a later command.
 */
export class PendingWork {
  readonly #deadlines: Deadlines
  readonly #limits: MilterLimits
  readonly #progress: () => void
  readonly #resume: (finish: () => void) => void
  #pending: Pending | undefined

  /**
   * `progress` tells the peer to go on waiting; `resume` does what it is given and goes on with the
   * next command.
   */
  constructor(
    deadlines: Deadlines,
    limits: MilterLimits,
    progress: () => void,
    resume: (finish: () => void) => void,
  ) {
    this.#deadlines = deadlines
    this.#limits = limits
    this.#progress = progress
    this.#resume = resume
  }

  get isPending(): boolean {
    return this.#pending !== undefined
  }

  /** Waits for `work`; `hasProgress` when the peer waits for a reply meanwhile. */
  wait<T>(work: PromiseLike<T>, outcome: Outcome<T>, hasProgress: boolean): void {
    const { now } = this.#deadlines
    const { answerMs, progressMs } = this.#limits
    const pending: Pending = {
      until: now + answerMs,
      progressAt: hasProgress ? now + progressMs : Number.POSITIVE_INFINITY,
      late: () => outcome.late(),
    }
    this.#pending = pending
    work.then(
      value => this.#settle(pending, () => outcome.done(value)),
      (error: unknown) => this.#settle(pending, () => outcome.failed(error)),
    )
  }

  /** Forgets the work: nobody wants its outcome any more. */
  drop(): void {
    this.#pending = undefined
  }

  checkDeadlines(now: number): void {
    const pending = this.#pending
    if (pending === undefined) return
    if (now >= pending.until) {
      this.#settle(pending, () => pending.late())
    } else if (now >= pending.progressAt) {
      pending.progressAt = now + this.#limits.progressMs
      this.#progress()
    }
  }

  #settle(pending: Pending, finish: () => void): void {
    if (this.#pending !== pending) return
    this.#pending = undefined
    this.#resume(finish)
  }
}
