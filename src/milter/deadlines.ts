/** Time as a server sees it; a test passes its own. */
export interface MilterClock {
  /** Milliseconds from any fixed moment; never goes back. */
  now(): number
  /** Calls `run` every `ms` milliseconds; gives what stops it. */
  every(ms: number, run: () => void): () => void
}

export const SYSTEM_CLOCK: MilterClock = {
  now: () => performance.now(),
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}

/** Something that has deadlines and looks at them itself. */
export interface Watched {
  checkDeadlines(now: number): void
}

/**
 * One coarse timer for all connections of a server: nothing is armed or disarmed per packet.
 *
 * Units   `tickMs`: how late a deadline may be noticed, and how old `now` may be.
 */
export class Deadlines {
  readonly #clock: MilterClock
  readonly #tickMs: number
  readonly #watched = new Set<Watched>()
  #stop: (() => void) | undefined
  #now: number

  constructor(clock: MilterClock, tickMs: number) {
    this.#clock = clock
    this.#tickMs = tickMs
    this.#now = clock.now()
  }

  /** Time of the last tick. */
  get now(): number {
    return this.#now
  }

  watch(member: Watched): void {
    this.#watched.add(member)
    if (this.#stop !== undefined) return
    this.#now = this.#clock.now()
    this.#stop = this.#clock.every(this.#tickMs, () => this.#tick())
  }

  unwatch(member: Watched): void {
    this.#watched.delete(member)
    if (this.#watched.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  #tick(): void {
    this.#now = this.#clock.now()
    for (const member of this.#watched) member.checkDeadlines(this.#now)
  }
}
