import type { DamageId } from './damage.js'
import { MAX_DELIMITER_LINE } from './delimiter.js'
import type { FieldMark } from './header-fields.js'

/**
 * Why a header block ended.
 *
 * blank-line   its empty line was read and belongs to it
 * delimiter    the last line is a delimiter; the header ends before it
 * other-line   the last line is no header line; the header ends before it
 * limit        the block grew over the limit; it ends before the last line
 * end          the message ended
 */
export type HeaderEnd = 'blank-line' | 'delimiter' | 'other-line' | 'limit' | 'end'

export interface HeaderReaderOptions {
  readonly maxBytes: number
  /** Only the header of the message itself may start with the From line of a mailbox file. */
  readonly isRoot: boolean
  /** Whether a line that starts with two hyphens ends the part. */
  readonly isDelimiter: (line: Buffer, at: number) => boolean
  /** Told of damage, with the offset in this header block. */
  readonly note: (id: DamageId, at: number) => void
  /** Told of the break of every line that belongs to the header. */
  readonly lineBreak: (isCrLf: boolean, at: number) => void
}

/**
 * Collects one header block line by line and marks where its fields are. The bytes are copied: a
 * header may arrive in pieces, and it is small.
 */
export class HeaderReader {
  readonly marks: FieldMark[] = []
  readonly #options: HeaderReaderOptions
  #bytes = Buffer.allocUnsafe(2048)
  #size = 0
  #lineStart = 0
  #ended: HeaderEnd | undefined

  constructor(options: HeaderReaderOptions) {
    this.#options = options
  }

  /** Why the header ended, undefined while it goes on. */
  get ended(): HeaderEnd | undefined {
    return this.#ended
  }

  /** Bytes of the header block, its empty line included. */
  get size(): number {
    return this.#ended === 'blank-line' ? this.#size : this.#lineStart
  }

  /** The header block as latin1. */
  get text(): string {
    return this.#bytes.toString('latin1', 0, this.size)
  }

  /** What was read of the line that ended the header but is not part of it. */
  get lastLine(): Buffer {
    return this.#bytes.subarray(this.size, this.#size)
  }

  /** Where the text of the last field ends: before the empty line. */
  get fieldsEnd(): number {
    return this.#lineStart
  }

  /** Reads on from `chunk` at `from`; gives where it stopped. */
  read(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && this.#ended === undefined) {
      const lf = chunk.indexOf(LF, at)
      // A piece without a line break is taken in steps: one that goes on for ever must not be copied.
      const end = Math.min(lf < 0 ? chunk.length : lf + 1, at + STEP)
      this.#append(chunk, at, end)
      at = end
      if (lf >= 0 && at === lf + 1) this.#endLine()
      if (this.#isOverLimit() && this.#size - this.#lineStart > MAX_DELIMITER_LINE) {
        this.#ended ??= this.#judgeLine()
      }
    }
    return at
  }

  /** The message ended while the header was being read. */
  finish(): void {
    if (this.#size > this.#lineStart) this.#endLine()
    this.#ended ??= 'end'
  }

  #isOverLimit(): boolean {
    return this.#size > this.#options.maxBytes
  }

  #endLine(): void {
    const ended = this.#judgeLine()
    this.#ended = ended
    if ((ended ?? 'blank-line') === 'blank-line' && this.#bytes[this.#size - 1] === LF) {
      this.#options.lineBreak(this.#bytes[this.#size - 2] === CR, this.#lineStart)
    }
    if (ended === undefined) this.#lineStart = this.#size
  }

  #judgeLine(): HeaderEnd | undefined {
    const { isDelimiter, isRoot, note } = this.#options
    const bytes = this.#bytes
    const start = this.#lineStart
    const first = bytes[start]
    if (first === HYPHEN && bytes[start + 1] === HYPHEN) {
      if (isDelimiter(bytes.subarray(start, this.#size), start)) return 'delimiter'
    }
    if (this.#isOverLimit()) return 'limit'
    if (first === LF || (first === CR && bytes[start + 1] === LF && this.#size - start === 2)) {
      return 'blank-line'
    }
    if (first === SPACE || first === TAB) {
      if (this.marks.length === 0) return 'other-line'
      if (this.#isBlank(start)) note('blank-fold', start)
      return undefined
    }
    const colon = this.#findColon(start)
    if (colon !== undefined) {
      this.marks.push({ start, colon })
      return undefined
    }
    if (isRoot && start === 0 && bytes.toString('latin1', 0, 5) === 'From ') {
      note('mbox-line', 0)
      return undefined
    }
    return 'other-line'
  }

  /** A field name is printable ASCII; obsolete syntax lets white space follow (RFC 5322, 4.5). */
  #findColon(start: number): number | undefined {
    let at = start
    while (isNameByte(this.#bytes[at]) && at < this.#size) at++
    if (at === start) return undefined
    const nameEnd = at
    while (at < this.#size && (this.#bytes[at] === SPACE || this.#bytes[at] === TAB)) at++
    if (at >= this.#size || this.#bytes[at] !== COLON) return undefined
    if (at > nameEnd) this.#options.note('field-name-space', start)
    return at
  }

  #isBlank(start: number): boolean {
    for (let at = start; at < this.#size; at++) {
      if (!BLANK.has(this.#bytes[at] ?? 0)) return false
    }
    return true
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const size = this.#size + end - start
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    chunk.copy(this.#bytes, this.#size, start, end)
    this.#size = size
  }
}

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const HYPHEN = 0x2d
const COLON = 0x3a
const BLANK: ReadonlySet<number> = new Set([TAB, LF, CR, SPACE])

/** Bytes of a line that are taken at once while its end is not in sight. */
const STEP = 16 * 1024

function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte < 0x7f && byte !== COLON
}
