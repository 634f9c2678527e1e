import { MAX_DELIMITER_LINE } from './delimiter.js'
import { MESSAGE_LIMITS, type MessageLimits } from './limits.js'
import type { MailStructure } from './mail.js'
import { StructureBuilder, type Place } from './structure-builder.js'

/** Takes the bytes of a message as they come. */
export interface MailParser {
  /** The chunk is only looked at; the caller may use its memory again afterwards. */
  write(chunk: Buffer): void
  /** The message is complete. To be called once; nothing may be written afterwards. */
  end(): MailStructure
}

/**
 * Finds the structure of a message while it arrives: header block, empty line, body.
 *
 * Keeps the headers and nothing of the bodies. How the bytes are cut into chunks makes no
 * difference to the result. Line breaks are CRLF or LF. Never throws for what a message holds.
 */
export function createMailParser(limits: Partial<MessageLimits> = {}): MailParser {
  return new StreamParser({ ...MESSAGE_LIMITS, ...limits })
}

class StreamParser implements MailParser {
  readonly #builder: StructureBuilder
  /** `line`: the end of a chunk has cut a line that may be a delimiter; it is being collected. */
  #place: Place | 'line' = 'header'
  /** Offset of the current chunk in the message, and the two bytes before it. */
  #base = 0
  #last = -1
  #lastButOne = -1
  /** The line that is being collected, where it starts, and how it is set off. */
  #line = NOTHING
  #lineSize = 0
  #lineStart = 0
  #lineLead = 0

  constructor(limits: MessageLimits) {
    this.#builder = new StructureBuilder(limits)
  }

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      switch (this.#place) {
        case 'header':
          at = this.#readHeader(chunk, at)
          break
        case 'body':
          at = this.#scanBody(chunk, at, at, this.#base)
          break
        case 'line':
          at = this.#collectLine(chunk, at)
          break
        case 'rest':
          at = chunk.length
          break
        default: {
          const impossible: never = this.#place
          return impossible
        }
      }
    }
    if (chunk.length === 0) return
    this.#base += chunk.length
    this.#lastButOne = chunk.length > 1 ? (chunk.at(-2) ?? -1) : this.#last
    this.#last = chunk.at(-1) ?? this.#last
  }

  end(): MailStructure {
    while (this.#place === 'header') {
      this.#builder.header.finish()
      this.#endHeader(this.#base)
    }
    // A line may hold another candidate, behind a bare carriage return, which is collected in its turn.
    while (this.#place === 'line') this.#endLine()
    return this.#builder.finish(this.#base)
  }

  #readHeader(chunk: Buffer, from: number): number {
    const { header } = this.#builder
    const at = header.read(chunk, from)
    if (header.ended !== undefined) this.#endHeader(this.#base + at)
    return at
  }

  /** `at` is the offset after the last byte that the header reader took. */
  #endHeader(at: number): void {
    const { ended, lastLine } = this.#builder.header
    const size = lastLine.length
    this.#place = this.#builder.endHeader()
    if (ended === 'delimiter') {
      this.#place = this.#judgeLine(lastLine, 0, size, at - size, 0, 0) ?? this.#place
    } else if (this.#place === 'header' && size > 0) {
      // The part is a message, and the line that ended the part's header is its first line.
      this.#builder.header.read(lastLine, 0)
      if (this.#builder.header.ended !== undefined) this.#endHeader(at)
    } else if (this.#place === 'body') {
      this.#scanBody(lastLine, 0, 1, at - size)
    }
  }

  /**
   * Looks for a delimiter in body bytes from `from` on; gives where it stopped.
   *
   * After a bare carriage return, a line is what a reader would see who takes that for a line break.
   * Two hyphens are sought rather than line breaks: base64 text holds none, so the search is one
   * native scan over it. `passed` is where the bytes begin that the line watch has not seen.
   */
  #scanBody(bytes: Buffer, passed: number, from: number, base: number): number {
    const builder = this.#builder
    const end = bytes.length
    let at = builder.hasBoundaries ? from : end
    let lf = -1
    while (at < end) {
      const hit = bytes.indexOf(HYPHENS, at)
      // The first hyphen of two may be the last byte at hand.
      const start = hit >= 0 ? hit : end - 1
      if (hit < 0 && bytes[start] !== HYPHEN) break
      const lead = this.#leadBefore(bytes, start)
      if (lead === NOT_FIRST) {
        at = start + 1
        while (bytes[at] === HYPHEN) at++
        continue
      }
      // Several candidates may stand in one line, so its end is looked for once.
      if (lf < start) lf = indexOrEnd(bytes, LF, start)
      const last = lead === BARE_CR ? Math.min(lf, indexOrEnd(bytes, CR, start)) : lf
      if (last === end && end - start <= MAX_DELIMITER_LINE) {
        builder.watch.pass(bytes, passed, start, base)
        this.#startLine(bytes, start, base, lead)
        return end
      }
      const stop = Math.min(last + 1, end)
      const place = hit < 0 ? undefined : this.#judgeLine(bytes, start, stop, base, lead, passed)
      if (place !== undefined) {
        this.#place = place
        return stop
      }
      at = start + 2
    }
    builder.watch.pass(bytes, passed, end, base)
    return end
  }

  #startLine(bytes: Buffer, start: number, base: number, lead: number): void {
    if (this.#line.length === 0) this.#line = Buffer.allocUnsafe(MAX_DELIMITER_LINE + 1)
    this.#lineSize = bytes.copy(this.#line, 0, start)
    this.#lineStart = base + start
    this.#lineLead = lead
    this.#place = 'line'
  }

  #collectLine(chunk: Buffer, from: number): number {
    const lf = indexOrEnd(chunk, LF, from)
    const last = this.#lineLead === BARE_CR ? Math.min(lf, indexOrEnd(chunk, CR, from)) : lf
    const room = this.#line.length - this.#lineSize
    const stop = Math.min(last + 1, chunk.length, from + room)
    this.#lineSize += chunk.copy(this.#line, this.#lineSize, from, stop)
    if (stop === last + 1 || this.#lineSize === this.#line.length) this.#endLine()
    return stop
  }

  #endLine(): void {
    const size = this.#lineSize
    const line = this.#line.subarray(0, size)
    this.#place = 'body'
    const isCandidate = size > 1 && line[1] === HYPHEN
    const place = isCandidate
      ? this.#judgeLine(line, 0, size, this.#lineStart, this.#lineLead, 0)
      : undefined
    if (place === undefined) this.#scanBody(line, 0, 1, this.#lineStart)
    else this.#place = place
  }

  /**
   * What follows the line when it is a delimiter, else undefined.
   *
   * Shape   the line is `bytes` from `start` to `stop`; the first byte has the offset `base`;
   *         what stands from `passed` to the line has not been through the line watch.
   */
  #judgeLine(
    bytes: Buffer,
    start: number,
    stop: number,
    base: number,
    lead: number,
    passed: number,
  ): Place | undefined {
    const builder = this.#builder
    const at = base + start
    const { index, isEnd } = builder.match(bytes, start, stop, at)
    if (index === undefined) return undefined
    if (lead === BARE_CR) {
      builder.note('bare-cr-boundary', at)
      return undefined
    }
    builder.watch.pass(bytes, passed, start, base)
    if (lead === 1) builder.lineBreak(false, at)
    if (bytes[stop - 1] === LF) builder.lineBreak(bytes[stop - 2] === CR, at)
    return builder.delimit({ index, isEnd, start: at, end: base + stop, lead })
  }

  /** Length of the line break before a byte, or that there is none. */
  #leadBefore(bytes: Buffer, at: number): number {
    const before = this.#byteBefore(bytes, at, 1)
    if (before === CR) return BARE_CR
    if (before !== LF) return NOT_FIRST
    return this.#byteBefore(bytes, at, 2) === CR ? 2 : 1
  }

  #byteBefore(bytes: Buffer, at: number, distance: 1 | 2): number {
    const byte = bytes[at - distance]
    if (byte !== undefined) return byte
    return distance - at === 1 ? this.#last : this.#lastButOne
  }
}

function indexOrEnd(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? bytes.length : at
}

const LF = 0x0a
const CR = 0x0d
const HYPHEN = 0x2d
const HYPHENS = Buffer.from('--')
const NOTHING = Buffer.alloc(0)

/** Instead of the length of a line break: a carriage return alone, or no break at all. */
const BARE_CR = -1
const NOT_FIRST = -2
