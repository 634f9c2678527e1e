import { GatewayError } from '../../errors.js'
import { Budget } from '../../container/budget.js'
import type { Extract, ExtractLimits, UnreadableReason } from './extract.js'
import { TextSink } from './text-sink.js'

/** Opens a file that was found inside another one. */
export type OpenFile = (bytes: Buffer, name: string, walk: ExtractWalk) => Promise<void>

interface Shared {
  readonly found: Extract[]
  readonly limits: ExtractLimits
  readonly budget: Budget
  readonly open: OpenFile
  readonly now: () => number
  readonly until: number
  charsLeft: number
}

/** Longest name that is passed on; a file system takes 255 bytes. */
const NAME_CHARS = 255

/**
 * The walk through one attachment: what was found, where it is, and what is left of the limits.
 *
 * A reader says what it sees by `text`, `name`, `sensitivityLabel` and `unreadable`; what it throws
 * inside `guarded` becomes a reason, so that a file that breaks off takes nothing else with it.
 */
export class ExtractWalk {
  readonly trail: readonly string[]
  readonly #shared: Shared

  private constructor(trail: readonly string[], shared: Shared) {
    this.trail = trail
    this.#shared = shared
  }

  static start(limits: ExtractLimits, open: OpenFile, now: () => number): ExtractWalk {
    const { maxDepth, maxEntries, maxUnpackedBytes, maxTimeMs, maxTextChars } = limits
    return new ExtractWalk([], {
      found: [],
      limits,
      budget: new Budget({ maxDepth, maxEntries, maxUnpackedBytes }),
      open,
      now,
      until: now() + maxTimeMs,
      charsLeft: maxTextChars,
    })
  }

  get budget(): Budget {
    return this.#shared.budget
  }

  get limits(): ExtractLimits {
    return this.#shared.limits
  }

  /** In the order in which it was found. */
  get found(): readonly Extract[] {
    return this.#shared.found
  }

  /** Throws ERR_CONTAINER_LIMIT once the time is over. */
  checkTime(): void {
    const { now, until } = this.#shared
    if (now() > until) throw new GatewayError('ERR_CONTAINER_LIMIT', { what: 'it takes too long' })
  }

  name(of: 'file name' | 'subject', text: string): void {
    if (text === '') return
    this.#add({ kind: 'name', trail: this.trail, of, text: text.slice(0, 4 * NAME_CHARS) })
  }

  sensitivityLabel(entries: string): void {
    if (entries !== '') this.#add({ kind: 'sensitivity-label', trail: this.trail, entries })
  }

  unreadable(reason: UnreadableReason, why: string): void {
    this.#add({ kind: 'unreadable', trail: this.trail, reason, why })
  }

  /** Gives what `read` puts into the sink as one text, also when it breaks off. */
  async text(
    read: (sink: TextSink) => Promise<void> | void,
    as: { readonly isHtml?: boolean; readonly isMail?: boolean } = {},
  ): Promise<{ readonly hasWords: boolean }> {
    const { found, charsLeft } = this.#shared
    const sink = new TextSink(charsLeft)
    const place = found.length
    const isWhole = await this.guarded(() => read(sink))
    const text = sink.toString()
    this.#shared.charsLeft -= text.length
    if (/\S/.test(text)) {
      const { isHtml = false, isMail = false } = as
      const { trail } = this
      this.#add({ kind: 'text', trail, text, isHtml, isMail, isCut: !isWhole }, place)
    }
    // A text that breaks off was not seen as a whole: nobody can say that it is empty.
    return { hasWords: !isWhole || HAS_WORD.test(text) }
  }

  /** Runs a part of the walk; gives false when it broke off, which is on the list then. */
  async guarded(work: () => Promise<void> | void): Promise<boolean> {
    try {
      await work()
      return true
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown
      if (!thrown.code.startsWith('ERR_CONTAINER_')) throw thrown
      const isLimit = thrown.code === 'ERR_CONTAINER_LIMIT'
      this.unreadable(isLimit ? 'limit' : 'damaged', thrown.message)
      return false
    }
  }

  /** Opens a file inside this one. */
  async enter(name: string, bytes: Buffer): Promise<void> {
    this.checkTime()
    const inner = this.at(name)
    if (inner.trail.length > this.limits.maxDepth) {
      inner.unreadable('limit', 'files lie inside each other too often')
      return
    }
    await inner.guarded(() => this.#shared.open(bytes, name, inner))
  }

  /** The same walk at a file inside this one. */
  at(name: string): ExtractWalk {
    return new ExtractWalk([...this.trail, printableName(name)], this.#shared)
  }

  /** Far above what the entries that are allowed can give. */
  #add(extract: Extract, place = this.#shared.found.length): void {
    if (this.#shared.found.length < 4 * this.limits.maxEntries)
      this.#shared.found.splice(place, 0, Object.freeze(extract))
  }
}

const HAS_WORD = /[\p{L}\p{N}]{2}/u

function printableName(name: string): string {
  const plain = name.slice(0, NAME_CHARS).replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
  return plain.trim() === '' ? 'a file without a name' : plain
}
