import { createHash, type Hash } from 'node:crypto'
import { bug } from '../../errors.js'
import { Generator } from './generator.js'

export const POOLS = 32
/** Bytes of one event at most. */
export const MAX_EVENT = 32

/** Bytes in pool 0, each event's two bytes in front included, before it is worth reseeding. */
const MIN_POOL_BYTES = 64
const MIN_RESEED_MS = 100

/**
 * Fortuna: events are spread over 32 pools, and pool i takes part in every 2^i-th reseed. So however
 * many events an attacker knows or makes, some pool gathers enough that he doesn't know.
 *
 * Shape   `now` is a clock that only goes forward, in milliseconds.
 * Throws  ERR_SEAL_UNSEEDED while there was no seed.
 * Source  Ferguson and Schneier, "Practical Cryptography", sections 10.4 to 10.6, with Twofish-256
 *         and SHAd-256
 */
export class Fortuna {
  readonly #generator = new Generator()
  readonly #now: () => number
  #pools: Hash[] = emptyPools()
  #firstPoolBytes = 0
  #reseeds = 0
  #lastReseed = Number.NEGATIVE_INFINITY

  constructor(now: () => number) {
    this.#now = now
  }

  /** Seeds at once, as from a seed file. */
  seed(bytes: Uint8Array): void {
    this.#generator.reseed(bytes)
  }

  /**
   * Adds an event: `source` 0 to 255, `pool` 0 to 31, 1 to 32 bytes. Each source goes round the
   * pools in turn.
   */
  add(source: number, pool: number, event: Uint8Array): void {
    const hash = this.#pools[pool]
    if (hash === undefined || source < 0 || source > 255) bug(`source ${source}, pool ${pool}`)
    if (event.length === 0 || event.length > MAX_EVENT) bug(`an event of ${event.length} bytes`)
    hash.update(Buffer.of(source, event.length)).update(event)
    if (pool === 0) this.#firstPoolBytes += 2 + event.length
  }

  /** Gives  `size` bytes, at most MAX_REQUEST; reseeds before, when pool 0 is full enough. */
  bytes(size: number): Buffer {
    const now = this.#now()
    if (this.#firstPoolBytes >= MIN_POOL_BYTES && now - this.#lastReseed >= MIN_RESEED_MS) {
      this.#lastReseed = now
      this.#generator.reseed(this.#drain())
    }
    return this.#generator.bytes(size)
  }

  #drain(): Buffer {
    this.#reseeds += 1
    const seeds: Buffer[] = []
    for (let pool = 0; pool < POOLS && this.#reseeds % 2 ** pool === 0; pool += 1) {
      const inner = this.#pools[pool]?.digest() ?? bug(`there is no pool ${pool}`)
      seeds.push(createHash('sha256').update(inner).digest())
      this.#pools[pool] = createHash('sha256')
    }
    this.#firstPoolBytes = 0
    return Buffer.concat(seeds)
  }
}

function emptyPools(): Hash[] {
  return Array.from({ length: POOLS }, () => createHash('sha256'))
}
