import type { BodyBudget } from './body-budget.js'
import { ChunkList } from './chunk-list.js'
import type { BodyView } from './handlers.js'
import { MessageBodyView } from './message-body-view.js'
import { MilterError } from './milter-error.js'
import type { SpoolFile } from './spool-file.js'

/**
 * Collects one body: a front that went to a file, if it grew too large, and a rest in memory.
 *
 * `memoryBytes`: how much may be in memory before it is written out. When the budget of the server
 * is used up, what is there is written out at once.
 */
export class MessageBody {
  readonly view: BodyView
  readonly #memoryBytes: number
  readonly #budget: BodyBudget
  readonly #openSpool: () => Promise<SpoolFile>
  #memory = new ChunkList()
  #spool: SpoolFile | undefined
  /** Bytes in the file; moves in the same moment as they leave the memory. */
  #front = 0
  #isOver = false

  constructor(memoryBytes: number, budget: BodyBudget, openSpool: () => Promise<SpoolFile>) {
    this.#memoryBytes = memoryBytes
    this.#budget = budget
    this.#openSpool = openSpool
    this.view = new MessageBodyView(this)
  }

  get size(): number {
    return this.#front + this.#memory.size
  }

  get isSpooled(): boolean {
    return this.#spool !== undefined
  }

  /**
   * Gives a promise when bytes go to disk: nothing may be appended before it is settled, and nothing
   * at all after it has failed.
   */
  append(chunk: Buffer): Promise<void> | undefined {
    this.#memory.push(chunk)
    this.#budget.take(chunk.length)
    if (this.#memory.size <= this.#memoryBytes && !this.#budget.isExhausted) return undefined
    return this.#writeOut()
  }

  peek(start: number, end: number): Buffer | undefined {
    const front = this.#checkRange(start, end)
    return start < front ? undefined : this.#memory.slice(start - front, end - front)
  }

  async read(start: number, end: number, memory?: Buffer): Promise<Buffer> {
    const front = this.#checkRange(start, end)
    if (start >= front) return this.#memory.slice(start - front, end - front)
    const spooled = await (this.#spool as SpoolFile).read(start, Math.min(end, front), memory)
    if (end <= front) return spooled
    this.#checkRange(start, end)
    return Buffer.concat([spooled, this.#memory.slice(0, end - front)])
  }

  /** Frees memory and file. The promise of a write under way may still be settled after it. */
  async dispose(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#budget.give(this.#memory.size)
    this.#memory = new ChunkList()
    await this.#spool?.close()
  }

  async #writeOut(): Promise<void> {
    const chunks = this.#memory
    this.#spool ??= await this.#opened()
    await this.#spool.append(chunks.list())
    if (this.#isOver) return
    this.#front += chunks.size
    this.#budget.give(chunks.size)
    this.#memory = new ChunkList()
  }

  /** A message given up while its file was being opened must not leave it open. */
  async #opened(): Promise<SpoolFile> {
    const spool = await this.#openSpool()
    if (!this.#isOver) return spool
    await spool.close()
    throw over()
  }

  /** Gives where the part in memory begins. */
  #checkRange(start: number, end: number): number {
    if (this.#isOver) throw over()
    if (!(start >= 0 && start <= end && end <= this.size)) {
      throw new RangeError(`range ${start} to ${end} is outside the body of ${this.size} bytes`)
    }
    return this.#front
  }
}

function over(): MilterError {
  return new MilterError('ERR_MILTER_OVER', 'the message is over, its body is gone')
}
