import { closeSync, openSync, readSync } from 'node:fs'
import { entryIn } from './text.js'

/** Read at once: the daemon does nothing else meanwhile, so it is little. */
const CHUNK = 64 * 1024
/** No entry of ours is longer; anything longer is not a map of ours. */
const MAX_LINE = 64 * 1024

/**
 * A map as it was written, read entry by entry in the order of the file. A file that is not there, or
 * cannot be read as a map, has no entries.
 */
export class OldMap {
  /** The lines before the first entry. */
  readonly header: string
  readonly #file: number | undefined
  readonly #chunk = Buffer.alloc(CHUNK)
  #rest = ''
  #lines: readonly string[] = []
  #next = 0
  #entry: { readonly key: string; readonly value: string } | undefined

  constructor(path: string) {
    this.#file = open(path)
    let header = ''
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      this.#entry = entryIn(line)
      if (this.#entry !== undefined) break
      header += `${line}\n`
      if (header.length > MAX_LINE) break
    }
    this.header = header
  }

  /** The entry in front; undefined behind the last one. */
  get entry(): { readonly key: string; readonly value: string } | undefined {
    return this.#entry
  }

  /** Goes on to the next entry. */
  advance(): void {
    this.#entry = undefined
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      this.#entry = entryIn(line)
      if (this.#entry !== undefined) return
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }

  #line(): string | undefined {
    while (this.#next >= this.#lines.length) {
      if (this.#file === undefined || this.#rest.length > MAX_LINE) return undefined
      const size = readSync(this.#file, this.#chunk, 0, CHUNK, null)
      if (size === 0) {
        const last = this.#rest
        this.#rest = ''
        return last === '' ? undefined : last
      }
      const lines = (this.#rest + this.#chunk.toString('latin1', 0, size)).split('\n')
      this.#rest = lines.pop() ?? ''
      this.#lines = lines
      this.#next = 0
    }
    return this.#lines[this.#next++]
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}
