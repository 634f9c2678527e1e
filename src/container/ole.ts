import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { readAt, readUpTo, type ByteView } from './byte-view.js'
import { judgeOutside, judgeTail } from './surroundings.js'

/** First bytes of a compound file ([MS-CFB], section 2.2). */
export const OLE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** Sector numbers from here on are marks, not sectors ([MS-CFB] 2.1). */
const LAST_SECTOR = 0xfffffffa
const NO_STREAM = 0xffffffff

const HEADER_BYTES = 512
const ENTRY_BYTES = 128

/** Kinds of directory entries ([MS-CFB] 2.6.1). */
const STREAM = 2
const ROOT = 5

/** A stream of a compound file. */
export interface OleStream {
  /** Storages and name in upper case, parted by `/`. */
  readonly path: string
  readonly size: number
  readonly first: number
}

interface DirectoryEntry {
  readonly name: string
  readonly kind: number
  readonly left: number
  readonly right: number
  readonly child: number
  readonly first: number
  readonly size: number
}

/**
 * An OLE compound file: what Office wrote before 2007, and what it still puts around encrypted files.
 *
 * Source  [MS-CFB]
 */
export class OleFile {
  readonly #view: ByteView
  readonly #sectorBytes: number
  readonly #miniBytes: number
  readonly #miniLimit: number
  #table: Uint32Array = new Uint32Array()
  #miniTable: Uint32Array = new Uint32Array()
  #miniSectors: readonly number[] = []
  /** Those of the tables, the directory and the mini stream. */
  #ownSectors: readonly number[] = []
  readonly #streams = new Map<string, OleStream>()
  readonly #twins = new Set<string>()
  readonly #chains = new Map<string, readonly number[]>()

  private constructor(view: ByteView, header: Buffer) {
    const shift = header.readUInt16LE(0x1e)
    const miniShift = header.readUInt16LE(0x20)
    if ((shift !== 9 && shift !== 12) || miniShift !== 6) throw malformed('sectors of an odd size')
    this.#view = view
    this.#sectorBytes = 2 ** shift
    this.#miniBytes = 2 ** miniShift
    this.#miniLimit = header.readUInt32LE(0x38)
  }

  /**
   * Gives   undefined for what is no compound file.
   * Throws  ERR_CONTAINER_MALFORMED, ERR_CONTAINER_TRUNCATED or ERR_CONTAINER_LIMIT.
   */
  static async open(view: ByteView, budget: Budget): Promise<OleFile | undefined> {
    const header = await readUpTo(view, 0, HEADER_BYTES)
    if (!header.subarray(0, OLE_MAGIC.length).equals(OLE_MAGIC)) return undefined
    if (header.length < HEADER_BYTES) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    const file = new OleFile(view, header)
    await file.#load(header, budget)
    return file
  }

  streams(): Iterable<OleStream> {
    return this.#streams.values()
  }

  /** Names are compared without regard to case ([MS-CFB] 2.6.4). */
  stream(path: string): OleStream | undefined {
    return this.#streams.get(path.toUpperCase())
  }

  /** Whether the directory names a stream twice: which of the two counts depends on the reader. */
  isTwice({ path }: OleStream): boolean {
    return this.#twins.has(path)
  }

  /** Throws ERR_CONTAINER_TRUNCATED or ERR_CONTAINER_MALFORMED unless all bytes of a stream are there. */
  checkWhole(stream: OleStream): void {
    const isMini = stream.size < this.#miniLimit
    const unit = isMini ? this.#miniBytes : this.#sectorBytes
    const chain = this.#chainOf(stream, isMini ? this.#miniTable : this.#table, unit)
    for (const [index, sector] of chain.entries()) {
      const start = isMini ? this.#placeOfMini(sector) : (sector + 1) * this.#sectorBytes
      const size = Math.min(unit, stream.size - index * unit)
      if (size > 0 && !(start + size <= this.#view.size))
        throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    }
  }

  /**
   * Whether a text stands behind the last sector that anything leads to. What else may stand there was
   * once in use.
   */
  async hasTextBehind(): Promise<boolean> {
    const end = Math.min(this.#view.size, (this.#lastInUse() + 2) * this.#sectorBytes)
    const outside = await judgeOutside(this.#view, end, this.#view.size, 'behind its end')
    const behind = [...outside, ...(await judgeTail(this.#view, end))]
    return behind.some(({ state }) => state === 'readable')
  }

  /** Follows every chain as far as its stream and the file reach; where two meet, once. */
  #lastInUse(): number {
    const seen = new Set(this.#ownSectors)
    for (const { first, size } of this.#streams.values()) {
      let sector = size < this.#miniLimit ? NO_STREAM : first
      for (let left = size; left > 0 && sector < this.#table.length; left -= this.#sectorBytes) {
        if (seen.has(sector)) break
        seen.add(sector)
        sector = this.#table[sector] ?? NO_STREAM
      }
    }
    const there = Math.ceil(this.#view.size / this.#sectorBytes) - 2
    return [...seen].reduce((last, sector) => (sector <= there ? Math.max(last, sector) : last), -1)
  }

  /** At most `size` bytes of a stream; throws when its sectors end before it does. */
  async read(stream: OleStream, at: number, size: number): Promise<Buffer> {
    const end = Math.min(stream.size, at + size)
    if (at >= end) return Buffer.alloc(0)
    return stream.size < this.#miniLimit
      ? this.#readMini(stream, at, end)
      : this.#readSectors(this.#chainOf(stream, this.#table, this.#sectorBytes), at, end)
  }

  async #load(header: Buffer, budget: Budget): Promise<void> {
    const { sectors, lists } = await this.#tableSectors(header)
    this.#table = await this.#readTable(sectors, budget)
    const directory = this.#follow(this.#table, header.readUInt32LE(0x30))
    const entries: DirectoryEntry[] = []
    for (const sector of directory) {
      const bytes = await this.#sector(sector)
      budget.takeEntries(bytes.length / ENTRY_BYTES)
      for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
        entries.push(entryOf(bytes.subarray(at, at + ENTRY_BYTES), this.#sectorBytes))
    }
    const [root] = entries
    if (root?.kind !== ROOT) throw malformed('the directory has no root')
    const mini = this.#follow(this.#table, header.readUInt32LE(0x3c))
    this.#miniTable = await this.#readTable(mini, budget)
    this.#miniSectors = this.#follow(this.#table, root.first)
    if (this.#miniSectors.some(sector => (sector + 1) * this.#sectorBytes >= this.#view.size))
      throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    this.#ownSectors = [...lists, ...sectors, ...directory, ...mini, ...this.#miniSectors]
    this.#nameStreams(entries, root)
  }

  /** Sectors of the allocation table: 109 stand in the header, the rest in a chain of lists. */
  async #tableSectors(
    header: Buffer,
  ): Promise<{ readonly sectors: readonly number[]; readonly lists: readonly number[] }> {
    // No file needs more of them than name all of its sectors, whatever it says.
    const perSector = this.#sectorBytes / 4
    const most = Math.ceil(this.#view.size / this.#sectorBytes / perSector) + 1
    const wanted = Math.min(most, header.readUInt32LE(0x2c))
    const sectors: number[] = []
    const lists: number[] = []
    for (let at = 0x4c; at < HEADER_BYTES; at += 4) sectors.push(header.readUInt32LE(at))
    let list = header.readUInt32LE(0x44)
    const last = this.#sectorBytes - 4
    while (list < LAST_SECTOR && sectors.length < wanted) {
      lists.push(list)
      const bytes = await this.#sector(list)
      for (let at = 0; at < last; at += 4) sectors.push(bytes.readUInt32LE(at))
      list = bytes.readUInt32LE(last)
    }
    return { sectors: sectors.filter(sector => sector < LAST_SECTOR).slice(0, wanted), lists }
  }

  async #readTable(sectors: readonly number[], budget: Budget): Promise<Uint32Array> {
    const perSector = this.#sectorBytes / 4
    budget.takeBytes(sectors.length * this.#sectorBytes)
    const table = new Uint32Array(sectors.length * perSector)
    for (const [index, sector] of sectors.entries()) {
      const bytes = await this.#sector(sector)
      for (let at = 0; at < perSector; at += 1)
        table[index * perSector + at] = bytes.readUInt32LE(at * 4)
      await budget.pause(10)
    }
    return table
  }

  /** The sectors of a chain; one that is longer than its table runs in a circle. */
  #follow(table: Uint32Array, first: number): readonly number[] {
    const chain: number[] = []
    for (let sector = first; sector < LAST_SECTOR; sector = table[sector] ?? NO_STREAM) {
      if (sector >= table.length || chain.length >= table.length)
        throw malformed('a chain of sectors has no end')
      chain.push(sector)
    }
    return chain
  }

  #nameStreams(entries: readonly DirectoryEntry[], root: DirectoryEntry): void {
    const open: [index: number, prefix: string][] = [[root.child, '']]
    const seen = new Set<number>()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [index, prefix] = next
      const entry = entries[index]
      if (entry === undefined || seen.has(index)) continue
      seen.add(index)
      const path = prefix + entry.name
      open.push(
        [entry.left, prefix],
        [entry.right, prefix],
        [entry.child, `${path.slice(0, 500)}/`],
      )
      if (entry.kind !== STREAM) continue
      if (this.#streams.has(path)) {
        this.#twins.add(path)
        continue
      }
      this.#streams.set(path, { path, size: entry.size, first: entry.first })
    }
  }

  async #readMini(stream: OleStream, at: number, end: number): Promise<Buffer> {
    const chain = this.#chainOf(stream, this.#miniTable, this.#miniBytes)
    const pieces: Buffer[] = []
    for (let from = at; from < end;) {
      const inside = from % this.#miniBytes
      const sector = chain[Math.floor(from / this.#miniBytes)]
      if (sector === undefined) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
      const size = Math.min(this.#miniBytes - inside, end - from)
      const start = sector * this.#miniBytes + inside
      pieces.push(await this.#readSectors(this.#miniSectors, start, start + size))
      from += size
    }
    return Buffer.concat(pieces)
  }

  /** Where a sector of the mini stream lies in the file; not a number when that ends before. */
  #placeOfMini(sector: number): number {
    const at = sector * this.#miniBytes
    const holder = this.#miniSectors[Math.floor(at / this.#sectorBytes)] ?? Number.NaN
    return (holder + 1) * this.#sectorBytes + (at % this.#sectorBytes)
  }

  async #readSectors(chain: readonly number[], at: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    for (let from = at; from < end;) {
      const inside = from % this.#sectorBytes
      const sector = chain[Math.floor(from / this.#sectorBytes)]
      if (sector === undefined) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
      const size = Math.min(this.#sectorBytes - inside, end - from)
      pieces.push(await readAt(this.#view, (sector + 1) * this.#sectorBytes + inside, size))
      from += size
    }
    return Buffer.concat(pieces)
  }

  #chainOf(stream: OleStream, table: Uint32Array, sectorBytes: number): readonly number[] {
    const known = this.#chains.get(stream.path)
    if (known !== undefined) return known
    const chain = this.#follow(table, stream.first)
    if (chain.length * sectorBytes < stream.size) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    this.#chains.set(stream.path, chain)
    return chain
  }

  /** The last sector of a file may be shorter than the others. */
  async #sector(sector: number): Promise<Buffer> {
    const bytes = await readUpTo(this.#view, (sector + 1) * this.#sectorBytes, this.#sectorBytes)
    if (bytes.length === 0) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    return bytes.length === this.#sectorBytes
      ? bytes
      : Buffer.concat([bytes, Buffer.alloc(this.#sectorBytes - bytes.length)])
  }
}

function entryOf(bytes: Buffer, sectorBytes: number): DirectoryEntry {
  const nameBytes = Math.max(0, Math.min(64, bytes.readUInt16LE(0x40)) - 2)
  return {
    name: bytes.toString('utf16le', 0, nameBytes).toUpperCase(),
    kind: bytes[0x42] ?? 0,
    left: bytes.readUInt32LE(0x44),
    right: bytes.readUInt32LE(0x48),
    child: bytes.readUInt32LE(0x4c),
    first: bytes.readUInt32LE(0x74),
    // The upper half of a size is not to be read where sectors are small ([MS-CFB] 2.6.1).
    size: sectorBytes === 512 ? bytes.readUInt32LE(0x78) : Number(bytes.readBigUInt64LE(0x78)),
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
