import { Piscina } from 'piscina'
import type { Extract, ExtractLimits } from './extract.js'
import type { ExtractTask } from './extract-thread.js'

/** What is left to a thread after its time is over, to say what it has found. */
const GRACE_MS = 1000

/** How long an idle thread is kept, so that the next attachment need not wait for a start. */
const IDLE_MS = 60_000

/** How attachments are read: in how many threads at once, with how much memory each. */
export interface ExtractorOptions {
  /** Files that are read at the same time. */
  readonly threads: number
  /** Memory of one thread. */
  readonly memoryBytes: number
  readonly graceMs?: number
  readonly now?: () => number
}

/** What was found in a file, and how long its thread took; waiting for one does not count. */
export interface Extraction {
  readonly found: readonly Extract[]
  readonly tookMs: number
}

/**
 * Reads files in threads that can be ended: a document may take all the time and memory there is, and
 * then only that document is unread.
 */
export class Extractor {
  readonly #pool: Piscina<ExtractTask, readonly Extract[]>
  readonly #graceMs: number
  readonly #now: () => number
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor({ threads, memoryBytes, graceMs = GRACE_MS, now }: ExtractorOptions) {
    this.#graceMs = graceMs
    this.#free = threads
    this.#now = now ?? (() => performance.now())
    this.#pool = new Piscina<ExtractTask, readonly Extract[]>({
      filename: new URL('./extract-thread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memoryBytes / 1024 ** 2) },
    })
    // A thread that dies between two files is replaced with the next one.
    this.#pool.on('error', () => undefined)
  }

  /**
   * Reads a file, whose bytes go to the thread and are empty afterwards.
   *
   * Gives   what is in it; when the thread had to be ended, that it could not be read.
   * Throws  the reason of `signal` once it is aborted.
   */
  async extract(
    bytes: Uint8Array<ArrayBuffer>,
    limits: ExtractLimits,
    signal: AbortSignal,
  ): Promise<Extraction> {
    // The time of a file begins when it has a thread: a busy gateway must not make it unreadable.
    await this.#turn()
    const started = this.#now()
    try {
      signal.throwIfAborted()
      const found = await this.#run(bytes, limits, signal)
      return { found, tookMs: this.#now() - started }
    } finally {
      this.#free += 1
      this.#waiting.shift()?.()
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>(begin => this.#waiting.push(begin))
    this.#free -= 1
  }

  async #run(
    bytes: Uint8Array<ArrayBuffer>,
    limits: ExtractLimits,
    signal: AbortSignal,
  ): Promise<readonly Extract[]> {
    const late = AbortSignal.timeout(limits.maxTimeMs + this.#graceMs)
    const until = AbortSignal.any([signal, late])
    try {
      const task = { bytes, limits }
      return await this.#pool.run(task, { signal: until, transferList: [bytes.buffer] })
    } catch {
      signal.throwIfAborted()
      const why = late.aborted ? 'it takes too long' : 'it takes more memory than it may'
      return [{ kind: 'unreadable', trail: [], reason: 'limit', why }]
    }
  }
}
