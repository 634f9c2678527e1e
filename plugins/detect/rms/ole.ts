/** A stream of a compound file. */
export interface OleStream {
  readonly name: string
  readonly bytes: number
  /** Whether all of them are there; a file may break off. */
  isWhole(): boolean
  /** The first of them, at most as many as were asked for. */
  head(maxBytes: number): Buffer
}

export const OLE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

const HEADER_BYTES = 512
const ENTRY_BYTES = 128

/** Directory entries, and sectors of one chain: a file of 256 MiB has half a million. */
const ENTRY_LIMIT = 20_000
const CHAIN_LIMIT = 600_000

/** Streams below this size lie in the mini stream. */
const MINI_CUTOFF = 4096

/** Last sector number that names a sector; those above are marks ([MS-CFB] 2.1). */
const LAST_SECTOR = 0xfffffffa

/**
 * Streams of a compound file by the names in its directory; storages are left out, and where a
 * stream lies is not told.
 *
 * Gives   undefined when the file is damaged.
 * Source  [MS-CFB] 2.2, 2.3, 2.6
 */
export function oleStreams(file: Buffer): readonly OleStream[] | undefined {
  if (file.length < HEADER_BYTES || !file.subarray(0, 8).equals(OLE_MAGIC)) return undefined
  const shift = file.readUInt16LE(30)
  if ((shift !== 9 && shift !== 12) || file.readUInt16LE(32) !== 6) return undefined
  const size = 2 ** shift
  const sectorAt = (sector: number): Buffer =>
    file.subarray((sector + 1) * size, (sector + 2) * size)
  const table = allocationTable(file, sectorAt, size)
  const chainOf = (first: number): readonly number[] | undefined => follow(table, first)
  const directory = chainOf(file.readUInt32LE(48))?.map(sectorAt)
  if (directory === undefined) return undefined
  const entries = Buffer.concat(directory)
  const [root] = entriesOf(entries)
  if (root?.kind !== ROOT) return undefined
  const mini = {
    table: numbersOf(chainOf(file.readUInt32LE(60))?.map(sectorAt) ?? []),
    stream: Buffer.concat(chainOf(root.first)?.map(sectorAt) ?? []),
  }
  return entriesOf(entries)
    .filter(({ kind }) => kind === STREAM)
    .map(({ name, first, bytes }) => ({
      name,
      bytes,
      isWhole: () => {
        const isMini = bytes < MINI_CUTOFF
        const chain = (isMini ? follow(mini.table, first) : chainOf(first)) ?? []
        const [unit, there] = isMini ? [64, mini.stream.length] : [size, file.length - size]
        return chain.length * unit >= bytes && chain.every(at => at * unit < there)
      },
      head: maxBytes => {
        const isMini = bytes < MINI_CUTOFF
        const chain = isMini ? follow(mini.table, first) : chainOf(first)
        const pieces = (chain ?? [])
          .slice(0, Math.ceil(maxBytes / 64))
          .map(at => (isMini ? mini.stream.subarray(at * 64, (at + 1) * 64) : sectorAt(at)))
        return Buffer.concat(pieces).subarray(0, Math.min(bytes, maxBytes))
      },
    }))
}

const STREAM = 2
const ROOT = 5

interface Entry {
  readonly name: string
  readonly kind: number
  readonly first: number
  readonly bytes: number
}

function entriesOf(directory: Buffer): readonly Entry[] {
  const entries: Entry[] = []
  for (
    let at = 0;
    at + ENTRY_BYTES <= directory.length && entries.length < ENTRY_LIMIT;
    at += ENTRY_BYTES
  ) {
    const nameBytes = Math.min(64, Math.max(2, directory.readUInt16LE(at + 64)))
    entries.push({
      name: directory.toString('utf16le', at, at + nameBytes - 2),
      kind: directory[at + 66] ?? 0,
      first: directory.readUInt32LE(at + 116),
      bytes: directory.readUInt32LE(at + 120),
    })
  }
  return entries
}

/** The FAT: its sectors are named in the header, and in a chain of sectors behind that. */
function allocationTable(
  file: Buffer,
  sectorAt: (sector: number) => Buffer,
  size: number,
): readonly number[] {
  const places = numbersOf([file.subarray(76, HEADER_BYTES)])
  const seen = new Set<number>()
  for (
    let next = file.readUInt32LE(68);
    next < LAST_SECTOR && !seen.has(next) && (next + 1) * size < file.length;
  ) {
    seen.add(next)
    const numbers = numbersOf([sectorAt(next)])
    next = numbers.pop() ?? LAST_SECTOR
    places.push(...numbers)
  }
  // No file has more of these sectors than it takes to name all of its sectors.
  const most = Math.ceil((file.length / size) * (4 / size)) + 1
  const named = places.filter(place => place < LAST_SECTOR).slice(0, most)
  return numbersOf(named.map(sectorAt))
}

function follow(table: readonly number[], first: number): readonly number[] | undefined {
  const chain: number[] = []
  const seen = new Set<number>()
  for (let at = first; at < LAST_SECTOR;) {
    const next = table[at]
    if (next === undefined || seen.has(at) || chain.length > CHAIN_LIMIT) return undefined
    seen.add(at)
    chain.push(at)
    at = next
  }
  return chain
}

function numbersOf(sectors: readonly Buffer[]): number[] {
  const bytes = Buffer.concat(sectors)
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    bytes.readUInt32LE(index * 4),
  )
}
