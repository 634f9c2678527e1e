import { closeSync, openSync, writeSync } from 'node:fs'

/** 256 pairs of place and number of slots, one for each table. */
const HEADER = 2048
const TABLES = 256
const BLOCK = 256 * 1024
const MAX_BYTES = 0xffff_ffff

/**
 * Writes a constant database as postmap(1) would, entry by entry, so that no text has to be read again:
 * header, entries, then one hash table for each value of the lowest byte of a key's hash.
 *
 * Shape   all numbers 32 bits, little-endian; an entry is length of key, length of value, key, value
 * Source  https://cr.yp.to/cdb/cdb.txt; cdb_table(5)
 */
export class CdbWriter {
  readonly #file: number
  readonly #block = Buffer.allocUnsafe(BLOCK)
  #filled = 0
  /** Where the block goes. */
  #place = HEADER
  #hashes = new Uint32Array(1024)
  #places = new Uint32Array(1024)
  #count = 0

  constructor(path: string) {
    this.#file = openSync(path, 'wx', 0o644)
  }

  /** Adds an entry; key and value have latin1 characters only. No key comes twice. */
  add(key: string, value: string): void {
    const size = 8 + key.length + value.length
    if (size > BLOCK) throw new RangeError('an entry that is too long')
    if (this.#filled + size > BLOCK) this.#write()
    if (this.#place + this.#filled + size > MAX_BYTES) throw new RangeError('too many entries')
    if (this.#count === this.#hashes.length) this.#grow()
    this.#hashes[this.#count] = hashOf(key)
    this.#places[this.#count] = this.#place + this.#filled
    this.#count += 1
    const block = this.#block
    let at = block.writeUInt32LE(key.length, this.#filled)
    at = block.writeUInt32LE(value.length, at)
    at += block.write(key, at, 'latin1')
    at += block.write(value, at, 'latin1')
    this.#filled = at
  }

  /** Writes the tables; nothing can be added any more. */
  finish(): void {
    this.#write()
    const header = Buffer.alloc(HEADER)
    const byTable = this.#byTable()
    for (let table = 0; table < TABLES; table += 1) {
      const slots = this.#slots(byTable, table)
      if (this.#place + slots.length > MAX_BYTES) throw new RangeError('too many entries')
      header.writeUInt32LE(this.#place, table * 8)
      header.writeUInt32LE(slots.length / 8, table * 8 + 4)
      writeAll(this.#file, slots, this.#place)
      this.#place += slots.length
    }
    writeAll(this.#file, header, 0)
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Numbers of the entries, those of one table behind each other; and where each table begins. */
  #byTable(): { readonly starts: Uint32Array; readonly entries: Uint32Array } {
    const starts = new Uint32Array(TABLES + 1)
    const tableOf = (entry: number): number => (this.#hashes[entry] ?? 0) & 0xff
    for (let entry = 0; entry < this.#count; entry += 1) {
      const table = tableOf(entry) + 1
      starts[table] = (starts[table] ?? 0) + 1
    }
    for (let table = 1; table <= TABLES; table += 1)
      starts[table] = (starts[table] ?? 0) + (starts[table - 1] ?? 0)
    const next = starts.slice()
    const entries = new Uint32Array(this.#count)
    for (let entry = 0; entry < this.#count; entry += 1) {
      const table = tableOf(entry)
      const at = next[table] ?? 0
      entries[at] = entry
      next[table] = at + 1
    }
    return { starts, entries }
  }

  /** Twice as many slots as entries: hash and place, in the first free one from where it belongs. */
  #slots(
    { starts, entries }: { readonly starts: Uint32Array; readonly entries: Uint32Array },
    table: number,
  ): Buffer {
    const from = starts[table] ?? 0
    const to = starts[table + 1] ?? 0
    const count = (to - from) * 2
    const slots = Buffer.alloc(count * 8)
    for (let index = from; index < to; index += 1) {
      const entry = entries[index] ?? 0
      const hash = this.#hashes[entry] ?? 0
      let slot = (hash >>> 8) % count
      while (slots.readUInt32LE(slot * 8 + 4) !== 0) slot = (slot + 1) % count
      slots.writeUInt32LE(hash, slot * 8)
      slots.writeUInt32LE(this.#places[entry] ?? 0, slot * 8 + 4)
    }
    return slots
  }

  #grow(): void {
    const [hashes, places] = [this.#hashes, this.#places]
    this.#hashes = new Uint32Array(hashes.length * 2)
    this.#places = new Uint32Array(places.length * 2)
    this.#hashes.set(hashes)
    this.#places.set(places)
  }

  #write(): void {
    writeAll(this.#file, this.#block.subarray(0, this.#filled), this.#place)
    this.#place += this.#filled
    this.#filled = 0
  }
}

function writeAll(file: number, bytes: Buffer, place: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, place + done)
}

function hashOf(key: string): number {
  let hash = 5381
  for (let index = 0; index < key.length; index += 1)
    hash = (((hash << 5) + hash) ^ key.charCodeAt(index)) >>> 0
  return hash
}
