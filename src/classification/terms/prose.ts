import { AFTER_GAP, QUOTED, type Folded } from '../folder.js'
import { firstMark, hasMark, type Finds } from './find-terms.js'
import type { Lexicon } from './lexicon.js'
import type { ProseMark } from './prose-words.js'

/**
 * What a place of a mail is: what its sender wrote; what was answered; a text that says of itself that
 * it is confidential; a signature or a footer.
 */
export type Role = 'own' | 'quoted' | 'disclaimer' | 'signature'

/** Most that one signature or footer may hold; what is beyond counts as written. */
const SIGNATURE_LINES = 15
const SIGNATURE_CHARACTERS = 900
/** A line of a signature is short. */
const SIGNATURE_LINE = 100
/** Most that one disclaimer may hold, and all of them together. */
const DISCLAIMER_CHARACTERS = 2500
const DISCLAIMERS = 6000
/** Lines of the header before what is answered. */
const HEADER_LINES = 4
/** Longest line that is only a closing, or says who wrote what follows. */
const CLOSE_LINE = 60
const REPLY_LINE = 250

/** The sorts of words that a disclaimer is made of. */
const DISCLAIMER_MARKS = [
  'message',
  'recipient',
  'mistake',
  'delete',
  'unauthorised',
  'secret',
] as const satisfies readonly ProseMark[]
/** Of these sorts a paragraph needs so many to be one. */
const DISCLAIMER_SORTS = 3

/**
 * Tells the parts of a mail apart.
 *
 * Fails to the safe side: what is not plainly one of the others is `own`; signatures, footers and
 * disclaimers have a limit, and what stands in them beyond it is `own`.
 *
 * Gives   the role of a place in the folded text.
 */
export function readProse(
  folded: Folded,
  { marks }: Finds,
  { proseSets }: Lexicon,
  isForward: boolean,
): (place: number) => Role {
  const reader = new ProseReader(folded, marks, proseSets)
  const roles = reader.roles(isForward)
  const { starts } = folded.lines
  return place => roles[lineAt(starts, place)] ?? 'own'
}

/** The number of the line in which a place is. */
function lineAt(starts: readonly number[], place: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low - 1
}

class ProseReader {
  readonly #folded: Folded
  readonly #marks: Finds['marks']
  readonly #sets: ReadonlyMap<ProseMark, number>
  readonly #roles: Role[]

  constructor(folded: Folded, marks: Finds['marks'], sets: ReadonlyMap<ProseMark, number>) {
    this.#folded = folded
    this.#marks = marks
    this.#sets = sets
    this.#roles = folded.lines.flags.map(flags => ((flags & QUOTED) === 0 ? 'own' : 'quoted'))
  }

  /** Quotes first: a signature and a disclaimer stand in them as well. */
  roles(isForward: boolean): readonly Role[] {
    if (!isForward) this.#quoteAnswered()
    const closes = this.#linesOf('close')
    const footers = this.#linesOf('unsubscribe')
    for (let line = 0; line < this.#roles.length; line++) {
      if (this.#isDelimiter(line) || (closes.has(line) && this.#isClose(line))) this.#sign(line + 1)
      else if (footers.has(line)) this.#sign(line, line)
    }
    if (this.#places('message').length + this.#places('recipient').length > 0) this.#disclaim()
    return this.#roles
  }

  #linesOf(mark: ProseMark): ReadonlySet<number> {
    const { starts } = this.#folded.lines
    return new Set(this.#places(mark).map(place => lineAt(starts, place - 1)))
  }

  /** What stands behind the header of an answered mail is quoted, unless it is forwarded. */
  #quoteAnswered(): void {
    for (const place of this.#places('reply')) {
      const line = lineAt(this.#folded.lines.starts, place)
      if (this.#isReplyLine(line, place)) return this.#quoteFrom(line)
    }
    for (const place of this.#places('from')) {
      if (!this.#isBeforeColon(place)) continue
      const line = lineAt(this.#folded.lines.starts, place)
      if (this.#isHeader(line, place) && !this.#isForwarded(line)) return this.#quoteFrom(line)
    }
  }

  #quoteFrom(line: number): void {
    this.#roles.fill('quoted', line)
  }

  /** A short line that ends in a colon, or in the dashes around `Original message`. */
  #isReplyLine(line: number, place: number): boolean {
    const end = this.#end(line)
    const last = this.#folded.codes[end - 1]
    const isShort = end - this.#start(line) <= REPLY_LINE && end - place <= 30
    return isShort && (last === 0x3a || last === 0x2d) && !this.#isForwarded(line)
  }

  /** `From: …` at the start of a line, with `Sent: …` in one of the next. */
  #isHeader(line: number, place: number): boolean {
    if (!this.#isLabel(line, place)) return false
    const last = Math.min(line + HEADER_LINES, this.#roles.length)
    for (let next = line + 1; next < last; next++) {
      const sent = firstMark(this.#places('sent'), this.#start(next))
      if (sent <= this.#end(next) && this.#isLabel(next, sent)) return true
    }
    return false
  }

  /** Whether a word begins the line and a colon follows it. */
  #isLabel(line: number, place: number): boolean {
    return this.#isBeforeColon(place) && place - this.#start(line) <= 15
  }

  #isBeforeColon(place: number): boolean {
    const { codes } = this.#folded
    return codes[codes[place] === 0x20 ? place + 1 : place] === 0x3a
  }

  #isForwarded(line: number): boolean {
    const from = this.#start(Math.max(0, line - 3))
    return this.#has('forward', from, this.#end(line))
  }

  /** `-- ` (RFC 3676 section 4.3), or a line of underscores. */
  #isDelimiter(line: number): boolean {
    const { codes } = this.#folded
    const start = this.#start(line)
    const first = codes[start]
    if (first !== 0x2d && first !== 0x5f) return false
    const length = this.#end(line) - start
    if (length === 2) return first === 0x2d && codes[start + 1] === 0x2d
    return length >= 20 && codes[start] === 0x5f && codes[start + 19] === 0x5f
  }

  #isClose(line: number): boolean {
    const start = this.#start(line)
    const end = this.#end(line)
    if (!this.#has('close', start, end)) return false
    // French closings are sentences that end in `salutations distinguées`.
    return end - start <= CLOSE_LINE || firstMark(this.#places('close'), start) - start < 30
  }

  /** Lines from `first` on are a signature as long as they look like one. */
  #sign(first: number, known = -1): void {
    let characters = 0
    const kind = this.#roles[first]
    for (let line = first; line < this.#roles.length && line < first + SIGNATURE_LINES; line++) {
      const length = this.#end(line) - this.#start(line)
      characters += length
      if (characters > SIGNATURE_CHARACTERS || length > SIGNATURE_LINE) return
      if (this.#roles[line] !== kind || (line !== known && this.#saysMore(line))) return
      this.#roles[line] = 'signature'
    }
  }

  /** A postscript, a sentence, or a label with a value that is no way to reach somebody. */
  #saysMore(line: number): boolean {
    const start = this.#start(line)
    const end = this.#end(line)
    if (firstMark(this.#places('postscript'), start) <= start + 4) return true
    const text = this.#folded.text.slice(start, Math.min(end, start + SIGNATURE_LINE))
    const label = /^([a-z][a-z .-]{1,30}):/.exec(text)?.[1]
    if (label !== undefined && !CONTACT.test(label)) return true
    return text.split(' ').length > SIGNATURE_WORDS && /[a-z]{2}[.!?]$/.test(text)
  }

  /** Paragraphs that have enough words of a disclaimer. */
  #disclaim(): void {
    const { flags } = this.#folded.lines
    let left = DISCLAIMERS
    let first = 0
    for (let line = 1; line <= this.#roles.length; line++) {
      const isEnd = line === this.#roles.length || ((flags[line] ?? 0) & AFTER_GAP) !== 0
      if (!isEnd && !this.#isLong(line) && !this.#isLong(line - 1)) continue
      const length = this.#end(line - 1) - this.#start(first)
      if (length <= Math.min(left, DISCLAIMER_CHARACTERS) && this.#isDisclaimer(first, line - 1)) {
        this.#roles.fill('disclaimer', first, line)
        left -= length
      }
      first = line
    }
  }

  /** In HTML a paragraph is a line. */
  #isLong(line: number): boolean {
    return this.#end(line) - this.#start(line) > 120
  }

  #isDisclaimer(first: number, last: number): boolean {
    const from = this.#start(first)
    const to = this.#end(last)
    const sorts = DISCLAIMER_MARKS.filter(mark => this.#has(mark, from, to))
    const isAbout = sorts.includes('message') || sorts.includes('recipient')
    return isAbout && sorts.length >= DISCLAIMER_SORTS
  }

  #start(line: number): number {
    return this.#folded.lines.starts[line] ?? this.#folded.length
  }

  /** Behind the last character of a line. */
  #end(line: number): number {
    const { codes, length } = this.#folded
    let end = line + 1 < this.#roles.length ? this.#start(line + 1) : length
    while (end > this.#start(line) && codes[end - 1] === 0x0a) end--
    return end
  }

  #places(mark: ProseMark): readonly number[] {
    return this.#marks[this.#sets.get(mark) ?? -1] ?? []
  }

  #has(mark: ProseMark, from: number, to: number): boolean {
    return hasMark(this.#marks, this.#sets.get(mark) ?? -1, from, to)
  }
}

/** Words of a line from which on it may be a sentence. */
const SIGNATURE_WORDS = 9

/** Labels of what stands in a signature. */
const CONTACT =
  /^(?:tel|telefon|telephone|telefono|tel direkt|direkt|direct|durchwahl|zentrale|phone|mobile?|mobil|natel|cell|handy|portable|cellulare|fax|telefax|e-?mail|mail|courriel|web|website|internet|www|t|m|f|e|w|d|p|adresse|address|indirizzo|sitz|sitz der gesellschaft|siege|sede|amtsgericht|registergericht|handelsregister|register|hrb|uid|ust-id|ust-idnr|ust-id-nr|mwst|mwst-nr|tva|p\. iva|partita iva|vat|vat no|geschaftsfuhrer|geschaftsfuhrung|vorstand|vorsitzender|managing director|directors?|blz|bic|konto|oeffnungszeiten|offnungszeiten|sprechzeiten|horaires|orari|opening hours)\.?$/
