import {
  ANGLE,
  AT_SIGN,
  charactersOf,
  COLON,
  DROP,
  FOLDS,
  foldAstral,
  learnFold,
  OTHER,
  SEVERAL,
  SURROGATE,
} from './fold-table.js'
import { maskForeign } from './mask-foreign.js'

/**
 * A text in which a word or a number that a reader sees is one, a byte for each character: letters in
 * lower case without accents, digits, ASCII marks; every sort of space or dash is that of ASCII; what
 * shows nothing is gone; line ends are one LF, two at most stand together; marks of quoted mail are
 * taken off; addresses and base64 are one OTHER each.
 */
export interface Folded {
  readonly codes: Buffer
  readonly length: number
  readonly lines: Lines
  /** The same as a string, made when it is first asked for. */
  readonly text: string
}

/** The lines of a folded text that say something. */
export interface Lines {
  /** Where each begins, ascending. */
  readonly starts: readonly number[]
  /** By the same index: QUOTED, AFTER_GAP or both. */
  readonly flags: readonly number[]
}

/** The line stands in quoted mail. */
export const QUOTED = 1
/** An empty line is before it. */
export const AFTER_GAP = 2

const SPACE = 0x20
const W = 0x77
const BRACKET = 0x28
const LF = 0x0a
const CR = 0x0d

/** From this length on a run of characters may be base64. */
const LONG_RUN = 40

/**
 * Folds a text piece by piece. Nothing looks at more than one character, or at one run of them once
 * more, so the time grows with the length.
 */
export class Folder {
  #codes: Buffer
  #length = 0
  /** Where the run of characters without white space began. */
  #runStart = 0
  #hasAtSign = false
  #colonAt = -1
  #isLineStart = true
  #isLineQuoted = false
  #wasCr = false
  /** A surrogate whose other half was not seen yet. */
  #high = 0
  readonly #starts: number[] = []
  readonly #flags: number[] = []
  #newlines = 0
  /** Quoted by what is around the text, such as an element of HTML. */
  isQuoted = false
  #isInline = false

  constructor(capacity: number) {
    this.#codes = Buffer.alloc(capacity + 64)
  }

  add(text: string, start = 0, end = text.length): void {
    this.#reserve(end - start)
    let at = start
    while (at < end) {
      at = this.#isLineStart ? at : this.#addPlain(text, at, end)
      if (at >= end) return
      const code = text.charCodeAt(at)
      const fold = FOLDS[code] || learnFold(code)
      this.#addOther(code, fold)
      if (fold === SEVERAL) this.#reserve(end - at)
      at += 1
    }
  }

  /** The plain characters of a line, and single spaces behind words that are no address. */
  #addPlain(text: string, start: number, end: number): number {
    const codes = this.#codes
    let length = this.#length
    let runStart = this.#runStart
    const isPlainRun = !this.#hasAtSign && this.#colonAt <= runStart
    let at = start
    for (; at < end; at++) {
      const fold = FOLDS[text.charCodeAt(at)] ?? 0
      if (fold > SPACE && fold < DROP) {
        codes[length++] = fold
        continue
      }
      if (fold !== SPACE || !isPlainRun || length === runStart) break
      const first = codes[runStart]
      if (length - runStart >= LONG_RUN || first === W || first === BRACKET) break
      codes[length++] = SPACE
      runStart = length
    }
    this.#length = length
    this.#runStart = runStart
    return at
  }

  /** Adds text whose line ends are spaces. */
  addInline(text: string, start: number, end: number): void {
    this.#isInline = true
    this.add(text, start, end)
    this.#isInline = false
  }

  addCodePoint(codePoint: number): void {
    this.add(String.fromCodePoint(codePoint))
  }

  /** Ends the line where something is written in it. */
  breakLine(): void {
    if (!this.#isLineStart) this.#breakLine()
  }

  finish(): Folded {
    this.#endRun()
    const codes = this.#codes
    const length = this.#length
    let text: string | undefined
    return {
      codes,
      length,
      lines: { starts: this.#starts, flags: this.#flags },
      get text() {
        return (text ??= codes.toString('latin1', 0, length))
      },
    }
  }

  /** Everything but plain characters inside a line. */
  #addOther(code: number, fold: number): void {
    if (fold === DROP) return
    const wasCr = this.#wasCr
    this.#wasCr = false
    if (fold === SPACE) {
      this.#addSpace()
    } else if (fold === LF || fold === CR) {
      if (this.#isInline) return this.#addSpace()
      if (fold === CR) this.#wasCr = true
      if (!(fold === LF && wasCr)) this.#breakLine()
    } else if (fold === ANGLE && this.#isLineStart) {
      this.#isLineQuoted = true
    } else if (fold === SEVERAL) {
      for (const one of charactersOf(code)) this.#write(one)
    } else if (fold === SURROGATE) {
      this.#addSurrogate(code)
    } else {
      this.#write(MARKS.get(fold) ?? fold)
      if (fold === AT_SIGN) this.#hasAtSign = true
      if (fold === COLON) this.#colonAt = this.#length
    }
  }

  #addSurrogate(code: number): void {
    if (code < 0xdc00) {
      this.#high = code
      return
    }
    const codePoint = 0x1_0000 + ((this.#high & 0x3ff) << 10) + (code & 0x3ff)
    const fold = this.#high === 0 ? OTHER : foldAstral(codePoint)
    this.#high = 0
    if (fold !== DROP) this.#write(fold)
  }

  #write(fold: number): void {
    if (this.#isLineStart) this.#beginLine()
    this.#codes[this.#length++] = fold
  }

  #beginLine(): void {
    this.#starts.push(this.#length)
    const isQuoted = this.#isLineQuoted || this.isQuoted
    this.#flags.push((isQuoted ? QUOTED : 0) | (this.#newlines > 1 ? AFTER_GAP : 0))
    this.#isLineStart = false
    this.#newlines = 0
    this.#runStart = this.#length
  }

  #addSpace(): void {
    if (this.#isLineStart || this.#codes[this.#length - 1] === SPACE) return
    this.#endRun()
    this.#codes[this.#length++] = SPACE
    this.#runStart = this.#length
  }

  #breakLine(): void {
    this.#endRun()
    if (this.#codes[this.#length - 1] === SPACE && this.#length > 0) this.#length--
    this.#isLineStart = true
    this.#isLineQuoted = false
    this.#newlines += 1
    if (this.#newlines > 2) return
    this.#codes[this.#length++] = LF
    this.#runStart = this.#length
  }

  #endRun(): void {
    const start = this.#runStart
    const isLong = this.#length - start >= LONG_RUN
    const isAddress = this.#hasAtSign || (this.#colonAt > start && this.#colonAt < this.#length)
    if (!isLong && !isAddress && !this.#isWww(start)) return
    this.#hasAtSign = false
    const run = this.#codes.toString('latin1', start, this.#length)
    const kept = maskForeign(run)
    if (kept === run) return
    for (let at = 0; at < kept.length; at++) this.#codes[start + at] = kept.charCodeAt(at)
    this.#length = start + kept.length
  }

  #isWww(start: number): boolean {
    const codes = this.#codes
    const at = codes[start] === 0x28 ? start + 1 : start
    return codes[at] === 0x77 && codes[at + 1] === 0x77 && codes[at + 2] === 0x77
  }

  /** Makes room for so many more characters, and for the longest that one may become. */
  #reserve(more: number): void {
    const needed = this.#length + more + 64
    if (needed <= this.#codes.length) return
    const larger = Buffer.alloc(Math.max(needed, Math.ceil(this.#codes.length * 1.25)))
    larger.set(this.#codes)
    this.#codes = larger
  }
}

const MARKS: ReadonlyMap<number, number> = new Map([
  [AT_SIGN, 0x40],
  [COLON, 0x3a],
  [ANGLE, 0x3e],
])
