import { randomBytes } from 'node:crypto'
import { threadId } from 'node:worker_threads'
import { bug } from '../../errors.js'
import { Fortuna, MAX_EVENT, POOLS } from './fortuna.js'
import { readSeed, SEED_BYTES, writeSeed } from './seed-file.js'

/** Random bytes for passwords, salts and initial counters. */
export interface RandomSource {
  /** Throws  ERR_SEAL_UNSEEDED before the first seed; whatever the system's generator throws. */
  bytes(size: number): Buffer
  /** Leaves a seed for the next start, where there is a seed file. */
  close(): Promise<void>
}

export interface RandomParts {
  /** Where the seed is kept between runs; none: the system's generator alone seeds. */
  readonly seedFile?: string | undefined
  /** Default: `crypto.randomBytes`. */
  readonly system?: (size: number) => Buffer
  /** A clock that only goes forward, in nanoseconds. */
  readonly now?: () => bigint
  /** Default: that of this process. */
  readonly processId?: () => number
}

/** Numbers of the sources of events. */
const FROM_SYSTEM = 0
const FROM_CLOCK = 1

/**
 * Makes the source of random bytes for this process or thread: Fortuna, seeded from the system's
 * generator and from the seed file, its output combined by XOR with the system's generator. So a
 * fault in ours leaves what the system gives, and a weakness of the system leaves what Fortuna has
 * gathered.
 *
 * Each thread makes its own; process and thread number are part of the seed, and a process that finds
 * itself with another number than it started with (a fork of the running program) seeds anew.
 *
 * Throws  ERR_SEAL_SEED_FILE when the seed file cannot be replaced: a seed may not be used twice.
 */
export async function openRandomSource(parts: RandomParts = {}): Promise<RandomSource> {
  const source = new CombinedSource(parts)
  await source.start()
  return source
}

class CombinedSource implements RandomSource {
  readonly #seedFile: string | undefined
  readonly #system: (size: number) => Buffer
  readonly #now: () => bigint
  readonly #processId: () => number
  readonly #fortuna: Fortuna
  #seededFor = Number.NaN

  constructor(parts: RandomParts) {
    const { system = randomBytes, now = () => process.hrtime.bigint() } = parts
    this.#seedFile = parts.seedFile
    this.#system = system
    this.#now = now
    this.#processId = parts.processId ?? (() => process.pid)
    this.#fortuna = new Fortuna(() => Number(now() / 1_000_000n))
  }

  async start(): Promise<void> {
    if (this.#seedFile !== undefined) {
      const seed = await readSeed(this.#seedFile)
      if (seed !== undefined) this.#fortuna.seed(seed)
    }
    this.#seed()
    await this.#leaveSeed()
  }

  bytes(size: number): Buffer {
    if (this.#processId() !== this.#seededFor) this.#seed()
    this.#gather()
    const ours = this.#fortuna.bytes(size)
    const system = this.#draw(size)
    for (let at = 0; at < size; at += 1) ours[at] = (ours[at] ?? 0) ^ (system[at] ?? 0)
    return ours
  }

  async close(): Promise<void> {
    await this.#leaveSeed()
  }

  #seed(): void {
    const pid = this.#processId()
    const place = Buffer.from(`${pid} ${threadId} ${this.#now()}`)
    this.#fortuna.seed(Buffer.concat([this.#draw(SEED_BYTES), place]))
    this.#seededFor = pid
  }

  /** One event of each source for every pool: requests are rare, so each of them feeds all pools. */
  #gather(): void {
    const time = Buffer.alloc(8)
    for (let pool = 0; pool < POOLS; pool += 1) {
      this.#fortuna.add(FROM_SYSTEM, pool, this.#draw(MAX_EVENT))
      time.writeBigUInt64BE(BigInt.asUintN(64, this.#now()))
      this.#fortuna.add(FROM_CLOCK, pool, time)
    }
  }

  #draw(size: number): Buffer {
    const drawn = this.#system(size)
    if (drawn.length !== size) bug(`the system gave ${drawn.length} bytes instead of ${size}`)
    return drawn
  }

  async #leaveSeed(): Promise<void> {
    if (this.#seedFile !== undefined) await writeSeed(this.#seedFile, this.bytes(SEED_BYTES))
  }
}
