import { setImmediate as otherWork } from 'node:timers/promises'
import { GatewayError } from '../errors.js'

/** What looking into the containers of one message may cost. */
export interface ContainerLimits {
  /** Plain archives inside each other that are opened. */
  readonly maxDepth: number
  /** Entries of all archives together. */
  readonly maxEntries: number
  /** Bytes that are unpacked or decrypted in memory, all together. */
  readonly maxUnpackedBytes: number
  /** Rounds of key derivation for the passwords that everybody knows, all together. */
  readonly maxKeyRounds: number
}

export const CONTAINER_LIMITS: ContainerLimits = {
  maxDepth: 3,
  maxEntries: 10_000,
  maxUnpackedBytes: 64 * 1024 * 1024,
  maxKeyRounds: 1_500_000,
}

/** What a round costs that OpenSSL does by itself, beside one of ours. */
export const NATIVE_ROUND = 0.2

/** Rounds and entries between two pauses, so that one message does not hold up the others. */
const PAUSE_AFTER = 4000

/**
 * What is left of the limits while one message is looked at.
 *
 * Throws  ERR_CONTAINER_LIMIT when something runs out; the reason of the signal once it is aborted.
 */
export class Budget {
  readonly limits: ContainerLimits
  readonly #signal: AbortSignal | undefined
  #entries: number
  #bytes: number
  #rounds: number
  #sincePause = 0

  constructor(limits: Partial<ContainerLimits> = {}, signal?: AbortSignal) {
    this.limits = { ...CONTAINER_LIMITS, ...limits }
    this.#signal = signal
    this.#entries = this.limits.maxEntries
    this.#bytes = this.limits.maxUnpackedBytes
    this.#rounds = this.limits.maxKeyRounds
  }

  /** Bytes that may still be unpacked. */
  get bytesLeft(): number {
    return this.#bytes
  }

  takeEntries(count: number): void {
    this.#entries -= count
    this.#check(this.#entries, 'too many entries')
  }

  takeBytes(count: number): void {
    this.#bytes -= count
    this.#check(this.#bytes, 'it grows too large')
  }

  takeRounds(count: number): void {
    this.#rounds -= count
    this.#check(this.#rounds, 'the key derivation is too expensive')
  }

  /** Lets other messages have their turn, once enough work was done. */
  async pause(work: number): Promise<void> {
    this.#sincePause += work
    if (this.#sincePause < PAUSE_AFTER) return
    this.#sincePause = 0
    await otherWork()
    this.#signal?.throwIfAborted()
  }

  #check(left: number, what: string): void {
    this.#signal?.throwIfAborted()
    if (!(left >= 0)) throw new GatewayError('ERR_CONTAINER_LIMIT', { what })
  }
}
