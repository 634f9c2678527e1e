import { DamageList, type DamageId } from './damage.js'
import { matchDelimiter, type DelimiterMatch } from './delimiter.js'
import { cutFields, noteHeaderDamage } from './header-fields.js'
import { HeaderReader } from './header-reader.js'
import type { MessageLimits } from './limits.js'
import { LineWatch } from './line-watch.js'
import type { MailStructure } from './mail.js'
import { PartFrame } from './part-frame.js'
import { readPartHeader } from './part-header.js'

/** What the bytes that follow are: header lines, a body, or what is over the limit of parts. */
export type Place = 'header' | 'body' | 'rest'

/** A line that is a delimiter of an open multipart. */
export interface Delimiter {
  /** Which of the open parts it belongs to. */
  readonly index: number
  readonly isEnd: boolean
  /** Offsets of the line; the line break before it is `lead` bytes and belongs to it. */
  readonly start: number
  readonly end: number
  readonly lead: number
}

/** Puts the part tree together from the headers and delimiters that the parser finds. */
export class StructureBuilder {
  readonly watch: LineWatch
  readonly #limits: MessageLimits
  readonly #damage = new DamageList()
  /** Open parts, from the message down to the part that is being read. */
  readonly #open: PartFrame[] = []
  /** Boundaries of the open parts, at the same index: those in force, and those that have ended. */
  readonly #boundaries: (Buffer | undefined)[] = []
  readonly #ended: (Buffer | undefined)[] = []
  readonly #root: PartFrame
  #parts = 0
  #header: HeaderReader
  #isCrLf: boolean | undefined
  #hasRest = false

  constructor(limits: MessageLimits) {
    this.#limits = limits
    this.watch = new LineWatch((id, at) => this.note(id, at))
    this.#root = this.#push(0)
    this.#header = this.#newHeader()
  }

  /** The header that is being read, while the place is `header`. */
  get header(): HeaderReader {
    return this.#header
  }

  /** Whether any line can be a delimiter. */
  get hasBoundaries(): boolean {
    return this.#boundaries.some(defined) || this.#ended.some(defined)
  }

  note(id: DamageId, at: number, frame = this.#top): void {
    this.#damage.add(id, frame.part.path, at)
  }

  /** Compares a line of the message that starts with two hyphens with the open multiparts. */
  match(bytes: Buffer, start: number, stop: number, at: number): DelimiterMatch {
    const match = matchDelimiter(bytes, start, stop, this.#boundaries)
    const { index, prefixOf } = match
    if (match.isCollision) this.note('boundary-collision', at, this.#open[index ?? 0])
    if (prefixOf !== undefined) this.note('boundary-prefix', at, this.#open[prefixOf])
    if (index === undefined && this.#ended.some(defined)) {
      const late = matchDelimiter(bytes, start, stop, this.#ended).index
      if (late !== undefined) this.note('boundary-after-end', at, this.#open[late])
    }
    return match
  }

  /** A line break that matters; the first of the message says which kind is in use. */
  lineBreak(isCrLf: boolean, at: number): void {
    this.#isCrLf ??= isCrLf
    if (this.#isCrLf && !isCrLf) this.note('bare-lf', at)
  }

  /** The header that is being read has ended: what is the part, and what follows? */
  endHeader(): Place {
    const header = this.#header
    const frame = this.#top
    const { start } = frame.part.header
    const { text, ended } = header
    const end = start + header.size
    const note = (id: DamageId, at: number): void => this.note(id, at, frame)
    noteHeaderDamage(text, start, note)
    const fields = cutFields(text, header.marks, header.fieldsEnd, start)
    const isDigest = frame.part.parent?.type === 'multipart/digest'
    const content = readPartHeader(fields, isDigest ? 'message/rfc822' : 'text/plain', note)
    const isRoot = frame === this.#root
    if (ended === 'other-line' || (!isRoot && (ended === 'delimiter' || ended === 'end'))) {
      note('missing-blank-line', end)
    }
    if (ended === 'limit') {
      note('header-limit', end)
      frame.setHeader(end, fields, { ...content, type: OPAQUE_TYPE, encoding: 'binary' })
      return this.#startBody(end)
    }
    frame.setHeader(end, fields, content)
    const isContainer = content.boundary !== undefined || content.isMessage
    if (isContainer && frame.depth >= this.#limits.maxDepth) {
      note('depth-limit', end)
      return this.#startBody(end)
    }
    if (content.isMessage) return this.#openPart(end)
    this.#boundaries[this.#open.length - 1] = content.boundary
    return this.#startBody(end)
  }

  /** A delimiter ends the parts inside its multipart, and opens the next one or the epilogue. */
  delimit({ index, isEnd, start, end, lead }: Delimiter): Place {
    const contentEnd = this.#closeAbove(index, start - lead)
    const frame = this.#top
    if (frame.childCount === 0) frame.endPreamble(contentEnd)
    if (!isEnd) return this.#openPart(end)
    this.#ended[index] = this.#boundaries[index]
    this.#boundaries[index] = undefined
    frame.epilogueStart = end
    return this.#startBody(end)
  }

  finish(size: number): MailStructure {
    const { part } = this.#root
    this.#closeAbove(-1, size)
    // Some is met later when the end of a chunk has cut a line.
    const damage = this.#damage.toArray().toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    return Object.freeze({ root: part, damage: Object.freeze(damage), size })
  }

  get #top(): PartFrame {
    return this.#open.at(-1) ?? this.#root
  }

  #startBody(at: number): Place {
    this.watch.restart(at, this.#top.part.encoding === 'binary')
    return 'body'
  }

  #openPart(at: number): Place {
    const isOver = this.#parts >= this.#limits.maxParts
    const frame = this.#push(at)
    if (!isOver) {
      this.#header = this.#newHeader()
      return 'header'
    }
    this.note('part-limit', at, frame)
    frame.part.type = OPAQUE_TYPE
    frame.part.encoding = 'binary'
    this.#hasRest = true
    return 'rest'
  }

  #push(at: number): PartFrame {
    const frame = new PartFrame(this.#open.at(-1), at)
    this.#open.push(frame)
    this.#boundaries.push(undefined)
    this.#ended.push(undefined)
    this.#parts++
    return frame
  }

  #newHeader(): HeaderReader {
    const { start } = this.#top.part.header
    return new HeaderReader({
      maxBytes: this.#limits.maxHeaderBytes,
      isRoot: this.#top === this.#root,
      isDelimiter: (line, at) => this.match(line, 0, line.length, start + at).index !== undefined,
      note: (id, at) => this.note(id, start + at),
      lineBreak: (isCrLf, at) => this.lineBreak(isCrLf, start + at),
    })
  }

  /** Ends the open parts below `index`; gives where the content ends. */
  #closeAbove(index: number, contentEnd: number): number {
    let end = contentEnd
    while (this.#open.length - 1 > index) {
      const frame = this.#top
      // An empty part's empty line is all that stands before the delimiter: it stays its header's.
      end = Math.max(end, frame.part.body.start)
      if (this.#boundaries.at(-1) !== undefined && !this.#hasRest) {
        this.note(frame.childCount === 0 ? 'multipart-without-parts' : 'truncated-multipart', end)
      }
      frame.close(end)
      this.#open.pop()
      this.#boundaries.pop()
      this.#ended.pop()
    }
    return end
  }
}

/** Type of what we do not look into. */
const OPAQUE_TYPE = 'application/octet-stream'

function defined(value: Buffer | undefined): boolean {
  return value !== undefined
}
