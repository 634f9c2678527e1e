/** Letters, digits, and one for everything else: the columns of the table. */
const COLUMNS = 37
const BOUNDARY = 0

/** Column of each code of a folded text. */
const COLUMN = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x61 && code <= 0x7a) return code - 0x60
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 27 : BOUNDARY
})

/** Most states that are made: 37 columns of four bytes each. */
const MAX_STATES = 500_000

/** A word, or several, to look for. */
export interface Key {
  /** Letters and digits as a folded text has them; a space is a boundary of words, any number of marks. */
  readonly text: string
  /** Found inside words too; else only where a word begins. */
  readonly isOpen: boolean
}

/**
 * Finds all of many words in one walk over a folded text, a look-up for each character: the automaton
 * of Aho and Corasick with its failure steps worked out beforehand.
 *
 * Source  A. V. Aho, M. J. Corasick, Efficient string matching, Communications of the ACM 18 (1975).
 *         Packages that do this hold a map for each state and give a list for each text.
 */
export class Automaton {
  readonly #next: Int32Array
  /** Numbers of the keys that end in a state. */
  readonly #found: readonly (readonly number[] | undefined)[]

  /** Throws an Error for more words than a table is made for. */
  constructor(keys: readonly Key[]) {
    const trie = new Trie()
    for (const [index, key] of keys.entries()) trie.add(key, index)
    const { next, found } = trie.complete()
    this.#next = next
    this.#found = found
  }

  /** The state before the first character of a text: where a word may begin. */
  get start(): number {
    return Math.abs(this.#next[BOUNDARY] ?? 0)
  }

  /**
   * Walks from `from` to `to`, and calls `onFound` with the number of a key and the place behind it.
   *
   * Shape   a key that ends in a boundary is found at the first mark behind it; `to` may be one beyond
   *         the text, which is a boundary.
   * Gives   the state to go on with.
   */
  walk(
    codes: Buffer,
    from: number,
    to: number,
    state: number,
    onFound: (key: number, end: number) => void,
  ): number {
    const next = this.#next
    const found = this.#found
    let at = state
    let before = from === 0 ? BOUNDARY : (COLUMN[codes[from - 1] ?? 0] ?? 0)
    for (let index = from; index < to; index++) {
      const column = COLUMN[codes[index] ?? 0] ?? 0
      // Several marks are one boundary.
      if (column === BOUNDARY && before === BOUNDARY) continue
      before = column
      // States are numbered by where their row begins; one in which a key ends is negative.
      at = next[(at < 0 ? -at : at) + column] ?? 0
      if (at < 0) for (const key of found[-at / COLUMNS] ?? []) onFound(key, index + 1)
    }
    return at
  }
}

/** The tree of the keys, from which the table is made: 0 is no child, the root is none. */
class Trie {
  #table = new Int32Array(COLUMNS * 1024)
  #count = 1
  readonly #ends: (number[] | undefined)[] = [undefined]

  add({ text, isOpen }: Key, key: number): void {
    let state = isOpen ? 0 : this.#child(0, BOUNDARY)
    for (let at = 0; at < text.length; at++) {
      state = this.#child(state, COLUMN[text.charCodeAt(at)] ?? 0)
    }
    ;(this.#ends[state] ??= []).push(key)
  }

  #child(state: number, column: number): number {
    const known = this.#table[state * COLUMNS + column] ?? 0
    if (known > 0) return known
    const made = this.#count++
    if (made > MAX_STATES) throw new Error('the dictionaries have too many words')
    if (this.#count * COLUMNS > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2)
      larger.set(this.#table)
      this.#table = larger
    }
    this.#table[state * COLUMNS + column] = made
    return made
  }

  /** By breadth: the state that a failure leads to is always complete already. */
  complete(): { next: Int32Array; found: readonly (readonly number[] | undefined)[] } {
    const rows = this.#table.slice(0, this.#count * COLUMNS)
    const failures = new Int32Array(this.#count)
    const found = this.#ends
    const order = new Int32Array(this.#count)
    let known = 1
    for (let next = 0; next < known; next++) {
      const state = order[next] ?? 0
      const failure = failures[state] ?? 0
      const more = state === 0 ? undefined : found[failure]
      if (more !== undefined) found[state] = [...(found[state] ?? []), ...more]
      for (let column = 0; column < COLUMNS; column++) {
        const child = rows[state * COLUMNS + column] ?? 0
        const fallback = state === 0 ? 0 : (rows[failure * COLUMNS + column] ?? 0)
        if (child === 0) {
          rows[state * COLUMNS + column] = fallback
        } else {
          failures[child] = fallback
          order[known++] = child
        }
      }
    }
    for (let at = 0; at < rows.length; at++) {
      const state = rows[at] ?? 0
      rows[at] = found[state] === undefined ? state * COLUMNS : -state * COLUMNS
    }
    return { next: rows, found }
  }
}
