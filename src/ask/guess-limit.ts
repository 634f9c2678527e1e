import { LRUCache } from 'lru-cache'

/** Tokens that are none, from one address in one minute. */
const MOST = 20
const WINDOW_MS = 60_000
/** Addresses that are remembered. */
const MAX_ADDRESSES = 10_000

/**
 * Counts look-ups that found nothing, by address. No guess at 128 bits comes true; this keeps whoever
 * tries from costing the store anything.
 */
export class GuessLimit {
  readonly #now: () => number
  readonly #misses = new LRUCache<string, { count: number; since: number }>({ max: MAX_ADDRESSES })

  /** `now`: epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether an address has to wait. */
  isOver(address: string): boolean {
    const entry = this.#misses.get(address)
    return entry !== undefined && entry.count >= MOST && this.#now() - entry.since < WINDOW_MS
  }

  miss(address: string): void {
    const entry = this.#misses.get(address)
    if (entry === undefined || this.#now() - entry.since >= WINDOW_MS)
      this.#misses.set(address, { count: 1, since: this.#now() })
    else entry.count += 1
  }
}
