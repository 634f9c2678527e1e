/** Letters, digits and everything else: the columns of the table. */
const COLUMNS = 64
const BOUNDARY = 0

/** Column of each code of a folded text. */
const COLUMN = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x61 && code <= 0x7a) return code - 0x60
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 27 : BOUNDARY
})

/** Most states that are made: 64 columns of four bytes each. */
const MAX_STATES = 200_000

/** A word to look for: letters and digits as a folded text has them. */
export interface Key {
  readonly text: string
  /** Found inside words too; else only where a word begins. */
  readonly isOpen: boolean
}

/**
 * Finds all of many words in one walk over a folded text, a look-up for each character: the automaton
 * of Aho and Corasick with its failure steps worked out beforehand.
 *
 * Source  A. V. Aho, M. J. Corasick, Efficient string matching, Communications of the ACM 18 (1975).
 *         The packages that do this work with a map for each state, and take ten times as long.
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
    return this.#next[BOUNDARY] ?? 0
  }

  /**
   * Walks from `from` to `to`, and calls `onFound` with the number of a key and the place behind it.
   *
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
    for (let index = from; index < to; index++) {
      // States are numbered by where their row begins; one in which a key ends is negative.
      at = next[(at < 0 ? -at : at) + (COLUMN[codes[index] ?? 0] ?? 0)] ?? 0
      if (at < 0) for (const key of found[-at / COLUMNS] ?? []) onFound(key, index + 1)
    }
    return at
  }
}

/** The tree of the keys, from which the table is made. */
class Trie {
  readonly #children: Map<number, number>[] = [new Map()]
  readonly #ends: number[][] = [[]]

  add({ text, isOpen }: Key, key: number): void {
    let state = isOpen ? 0 : this.#child(0, BOUNDARY)
    for (let at = 0; at < text.length; at++) {
      state = this.#child(state, COLUMN[text.charCodeAt(at)] ?? 0)
    }
    this.#ends[state]?.push(key)
  }

  #child(state: number, column: number): number {
    const known = this.#children[state]?.get(column)
    if (known !== undefined) return known
    const made = this.#children.length
    if (made > MAX_STATES) throw new Error('the dictionaries have too many words')
    this.#children.push(new Map())
    this.#ends.push([])
    this.#children[state]?.set(column, made)
    return made
  }

  /** By breadth: the state that a failure leads to is always complete already. */
  complete(): { next: Int32Array; found: readonly (readonly number[] | undefined)[] } {
    const count = this.#children.length
    const rows = new Int32Array(count * COLUMNS)
    const failures = new Int32Array(count)
    const order = [0]
    for (const state of order) {
      const failure = failures[state] ?? 0
      if (state !== 0) this.#ends[state]?.push(...(this.#ends[failure] ?? []))
      for (let column = 0; column < COLUMNS; column++) {
        const child = this.#children[state]?.get(column)
        const fallback = state === 0 ? 0 : (rows[failure * COLUMNS + column] ?? 0)
        rows[state * COLUMNS + column] = child ?? fallback
        if (child === undefined) continue
        failures[child] = fallback
        order.push(child)
      }
    }
    const found = this.#ends.map(ends => (ends.length === 0 ? undefined : [...new Set(ends)]))
    for (let at = 0; at < rows.length; at++) {
      const state = rows[at] ?? 0
      rows[at] = found[state] === undefined ? state * COLUMNS : -state * COLUMNS
    }
    return { next: rows, found }
  }
}
