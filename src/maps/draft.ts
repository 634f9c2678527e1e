import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { MapEntry, MapName } from './entries.js'
import { CdbWriter } from './cdb-writer.js'
import { OldMap } from './old-map.js'
import { contentOf, headerText, type Header } from './text.js'

/** Names that differ, as far as anybody will read them. */
const MAX_NAMES = 1000

/** Text that is written at once. */
const BLOCK = 256 * 1024

/** How one map differs from the file that is there. */
export interface MapChange {
  readonly name: MapName
  readonly path: string
  readonly entries: number
  /** How many there are of each; the lists hold the first 1,000 names. */
  readonly counts: Readonly<Record<'added' | 'removed' | 'changed', number>>
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** The text is the same, but its compiled form is missing. */
  readonly uncompiled: boolean
}

export interface DraftOptions {
  readonly name: MapName
  /** The map that is there. */
  readonly path: string
  /** Where the new text goes; undefined: it is only compared. */
  readonly target: string | undefined
  /** Where the constant database goes; undefined: none is made here. */
  readonly cdb?: string | undefined
  readonly header: Header
  /** Entries that come between those of the domains, sorted by key. */
  readonly fixed: readonly MapEntry[]
}

/** A map in the making, compared with the one that is there entry by entry. */
export class MapDraft {
  readonly name: MapName
  readonly #options: DraftOptions
  readonly #old: OldMap
  readonly #file: number | undefined
  readonly #cdb: CdbWriter | undefined
  readonly #names = { added: [] as string[], removed: [] as string[], changed: [] as string[] }
  readonly #counts = { added: 0, removed: 0, changed: 0 }
  readonly #block = Buffer.allocUnsafe(BLOCK)
  #filled = 0
  #fixed = 0
  #entries = 0
  #before = 0
  #gone = 0
  #last = ''

  constructor(options: DraftOptions) {
    this.name = options.name
    this.#options = options
    this.#old = new OldMap(options.path)
    this.#file = options.target === undefined ? undefined : openSync(options.target, 'wx', 0o644)
    this.#cdb = options.cdb === undefined ? undefined : new CdbWriter(options.cdb)
    this.#append(headerText(options.name, options.header))
  }

  /** Adds an entry; keys come in their order. Gives false for a key that is there already. */
  add(key: string, value: string): boolean {
    const { fixed } = this.#options
    for (let next = fixed[this.#fixed]; next !== undefined && next.key <= key;) {
      this.#fixed += 1
      this.#put(next.key, next.value)
      next = fixed[this.#fixed]
    }
    if (key === this.#last) return false
    this.#put(key, value)
    return true
  }

  /** Writes what is left. Gives how the map differs, or undefined when it does not. */
  finish(uncompiled: boolean): MapChange | undefined {
    const { name, path, fixed, header } = this.#options
    for (const { key, value } of fixed.slice(this.#fixed)) this.#put(key, value)
    for (; this.#old.entry !== undefined; this.#old.advance()) this.#removed(this.#old.entry.key)
    this.#write()
    const isSame =
      Object.values(this.#counts).every(count => count === 0) &&
      contentOf(this.#old.header) === contentOf(headerText(name, header))
    if (isSame && !uncompiled) return undefined
    // After the text: Postfix complains of a database that is older than its source.
    this.#cdb?.finish()
    return Object.freeze({
      name,
      path,
      entries: this.#entries,
      counts: { ...this.#counts },
      ...this.#names,
      uncompiled: isSame,
    })
  }

  /** How many of the entries that were there are gone, without those of next hops in brackets. */
  get share(): { readonly before: number; readonly gone: number } {
    return { before: this.#before, gone: this.#gone }
  }

  close(): void {
    this.#old.close()
    if (this.#file !== undefined) closeSync(this.#file)
    this.#cdb?.close()
  }

  #put(key: string, value: string): void {
    this.#last = key
    this.#entries += 1
    this.#append(`${key} ${value}\n`)
    this.#cdb?.add(key, value)
    let old = this.#old.entry
    for (; old !== undefined && old.key < key; old = this.#old.entry) {
      this.#removed(old.key)
      this.#old.advance()
    }
    if (old?.key !== key) {
      this.#note('added', key)
      return
    }
    if (!key.startsWith('[')) this.#before += 1
    if (old.value !== value) this.#note('changed', key)
    this.#old.advance()
  }

  #removed(key: string): void {
    this.#note('removed', key)
    if (key.startsWith('[')) return
    this.#before += 1
    this.#gone += 1
  }

  #note(what: 'added' | 'removed' | 'changed', key: string): void {
    this.#counts[what] += 1
    if (this.#names[what].length < MAX_NAMES) this.#names[what].push(key)
  }

  /** At once into the bytes: lines that are kept together as strings cost the collector more. */
  #append(line: string): void {
    if (this.#file === undefined) return
    if (this.#filled + line.length > BLOCK) this.#write()
    if (line.length > BLOCK) writeFileSync(this.#file, line, 'latin1')
    else this.#filled += this.#block.write(line, this.#filled, 'latin1')
  }

  #write(): void {
    if (this.#file !== undefined) writeFileSync(this.#file, this.#block.subarray(0, this.#filled))
    this.#filled = 0
  }
}
