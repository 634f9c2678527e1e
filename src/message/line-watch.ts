/** Longest line, its line break included (RFC 5322 section 2.1.1). */
const MAX_LINE = 1000
const LF = 0x0a

/**
 * Looks at the bytes of bodies for NUL and for overlong lines, in jumps of a line's maximum length
 * rather than line by line. Each is reported once after a `restart`.
 */
export class LineWatch {
  readonly #note: (id: 'nul-in-body' | 'long-line', at: number) => void
  #lineStart = 0
  #seeksNul = true
  #seeksLong = true

  constructor(note: (id: 'nul-in-body' | 'long-line', at: number) => void) {
    this.#note = note
  }

  /** Other content begins at `at`; in a binary part any byte and any line are right. */
  restart(at: number, isBinary: boolean): void {
    this.#lineStart = at
    this.#seeksNul = !isBinary
    this.#seeksLong = !isBinary
  }

  /** Body bytes `from` to `to` of `bytes`, whose first byte has the offset `base`. */
  pass(bytes: Buffer, from: number, to: number, base: number): void {
    if (this.#seeksNul) this.#seekNul(bytes, from, to, base)
    if (this.#seeksLong) this.#seekLong(bytes, from, to, base)
  }

  #seekNul(bytes: Buffer, from: number, to: number, base: number): void {
    const at = bytes.subarray(from, to).indexOf(0)
    if (at < 0) return
    this.#seeksNul = false
    this.#note('nul-in-body', base + from + at)
  }

  #seekLong(bytes: Buffer, from: number, to: number, base: number): void {
    for (;;) {
      const limit = this.#lineStart + MAX_LINE
      const stop = Math.min(to, limit - base)
      const at = stop <= from ? -1 : bytes.lastIndexOf(LF, stop - 1)
      if (at >= from && base + at >= this.#lineStart) this.#lineStart = base + at + 1
      else if (base + to >= limit) {
        this.#seeksLong = false
        this.#note('long-line', this.#lineStart)
        return
      } else return
    }
  }
}
