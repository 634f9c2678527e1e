import { GatewayError, reasonOf } from '../errors.js'
import type { Refusal } from './backend.js'
import type { MessageRecord } from './store.js'

export interface GroupCommitOptions {
  readonly write: (
    records: readonly MessageRecord[],
    expires: number,
  ) => Promise<readonly Refusal[]>
  readonly deadlineMs: number
  /** What a late record's error calls the store. */
  readonly store: string
  /** Most records of one transaction. */
  readonly maxBatch?: number
  /** Most records that wait. */
  readonly maxWaiting?: number
  readonly clock?: Clock
}

export interface Clock {
  now(): number
  after(ms: number, run: () => void): void
}

/** Waits in real time without keeping the process alive. */
export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, run) => void setTimeout(run, ms).unref(),
}

interface Entry {
  readonly record: MessageRecord
  readonly expires: number
  readonly resolve: () => void
  readonly reject: (error: GatewayError) => void
  settled: boolean
}

/**
 * Puts records that arrive while a transaction is on its way into the next one, so that ten
 * sessions pay for one sync of the disk. One timer watches the oldest record, not one for each.
 */
export class GroupCommit {
  readonly #options: Required<GroupCommitOptions>
  #waiting: Entry[] = []
  #writing: readonly Entry[] = []
  #scheduled = false
  #watching = false

  constructor(options: GroupCommitOptions) {
    this.#options = { maxBatch: 256, maxWaiting: 10_000, clock: REAL_CLOCK, ...options }
  }

  /** Resolves when the record is durable; rejects in time with a temporary GatewayError. */
  add(record: MessageRecord): Promise<void> {
    const { clock, deadlineMs, maxWaiting } = this.#options
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= maxWaiting) {
        reject(new GatewayError('ERR_STORE_BUSY', { waiting: this.#waiting.length }))
        return
      }
      const expires = clock.now() + deadlineMs
      this.#waiting.push({ record, expires, resolve, reject, settled: false })
      this.#watch(deadlineMs)
      if (this.#scheduled || this.#writing.length > 0) return
      this.#scheduled = true
      // After the other sockets of this tick have been read: their records come along.
      setImmediate(() => void this.#writeNext())
    })
  }

  async #writeNext(): Promise<void> {
    this.#scheduled = false
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatch)
      this.#writing = batch
      const [first] = batch
      await this.#write(batch, first?.expires ?? 0)
      this.#writing = []
    }
  }

  async #write(batch: readonly Entry[], expires: number): Promise<void> {
    try {
      const refusals = await this.#options.write(
        batch.map(entry => entry.record),
        expires,
      )
      batch.forEach((entry, index) => settle(entry, refusals[index]))
    } catch (thrown) {
      const error = thrown instanceof GatewayError ? thrown : unexpected(thrown)
      for (const entry of batch) settle(entry, error)
    }
  }

  #watch(ms: number): void {
    if (this.#watching) return
    this.#watching = true
    this.#options.clock.after(ms, () => {
      this.#watching = false
      const now = this.#options.clock.now()
      for (const entry of [...this.#writing, ...this.#waiting]) {
        if (entry.expires <= now) settle(entry, this.#late())
      }
      this.#waiting = this.#waiting.filter(entry => !entry.settled)
      const oldest = this.#writing.find(entry => !entry.settled) ?? this.#waiting[0]
      if (oldest !== undefined) this.#watch(oldest.expires - now)
    })
  }

  #late(): GatewayError {
    const { store, deadlineMs } = this.#options
    return new GatewayError('ERR_STORE_LATE', { store, reason: `not written in ${deadlineMs} ms` })
  }
}

/** A missing answer is no success: only null says that a record is durable. */
function settle(entry: Entry, refusal: Refusal | undefined): void {
  if (entry.settled) return
  entry.settled = true
  if (refusal === null) entry.resolve()
  else entry.reject(refusal ?? unexpected('a record without an answer'))
}

function unexpected(thrown: unknown): GatewayError {
  return new GatewayError('ERR_BUG', { what: `store: ${reasonOf(thrown)}` }, thrown)
}
