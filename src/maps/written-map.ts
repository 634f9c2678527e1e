import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { parents } from './entries.js'
import { entryIn } from './text.js'

/** Read at once; longer than nearly every line. */
const STEP = 4096
const MAX_LINE = 64 * 1024

/**
 * The text of a map as it was written, asked for single keys: its lines are in the order of their
 * keys, so a few of them are read, and none is kept. It stays the same when the file is replaced.
 */
export class WrittenMap {
  readonly #file: number
  readonly #size: number

  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.#size = fstatSync(this.#file).size
  }

  /** What Postfix would be told of a domain: its own entry, or one for what lies below a parent. */
  policyOf(domain: string): string | undefined {
    for (const key of [domain, ...parents(domain)]) {
      const value = this.valueOf(key)
      if (value !== undefined) return value
    }
    return undefined
  }

  valueOf(key: string): string | undefined {
    let low = 0
    let high = this.#size
    // Between `low` and `high` begins the line, if there is one.
    while (low < high) {
      const middle = this.#startOfLine(Math.floor((low + high) / 2), low)
      const line = this.#lineAt(middle)
      const found = entryIn(line)
      // Comments come before all entries.
      if (found === undefined || found.key < key) low = middle + line.length + 1
      else if (found.key === key) return found.value
      else high = middle
    }
    return undefined
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Where the line begins that a place lies in; not before `floor`, where one begins. */
  #startOfLine(place: number, floor: number): number {
    for (let end = place; end > floor; end -= STEP) {
      const start = Math.max(floor, end - STEP)
      const newline = this.#read(start, end - start).lastIndexOf('\n')
      if (newline !== -1) return start + newline + 1
    }
    return floor
  }

  #lineAt(start: number): string {
    let line = ''
    for (let place = start; place < this.#size && line.length < MAX_LINE; place += STEP) {
      line += this.#read(place, STEP)
      const newline = line.indexOf('\n')
      if (newline !== -1) return line.slice(0, newline)
    }
    return line
  }

  #read(start: number, length: number): string {
    const buffer = Buffer.allocUnsafe(length)
    const size = readSync(this.#file, buffer, 0, length, start)
    return buffer.toString('latin1', 0, size)
  }
}
