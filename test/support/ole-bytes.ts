import { u16, u32 } from './zip-bytes.js'

const SECTOR = 512
const MINI = 64
const MINI_LIMIT = 4096
const END = 0xfffffffe
const FREE = 0xffffffff

type Streams =
  Readonly<Record<string, Buffer>> | readonly (readonly [path: string, bytes: Buffer])[]

/** A compound file with these streams; a `/` in a path makes a storage. */
export function oleOf(streams: Streams): Buffer {
  const table: number[] = []
  const sectors: Buffer[] = []
  const store = (bytes: Buffer): number => {
    if (bytes.length === 0) return END
    const first = sectors.length
    for (let at = 0; at < bytes.length; at += SECTOR) {
      sectors.push(padded(bytes.subarray(at, at + SECTOR), SECTOR))
      table.push(at + SECTOR < bytes.length ? sectors.length : END)
    }
    return first
  }
  const mini: Buffer[] = []
  const miniTable: number[] = []
  const storeMini = (bytes: Buffer): number => {
    const first = mini.length
    for (let at = 0; at < bytes.length; at += MINI) {
      mini.push(padded(bytes.subarray(at, at + MINI), MINI))
      miniTable.push(at + MINI < bytes.length ? mini.length : END)
    }
    return bytes.length === 0 ? END : first
  }
  const entries: Entry[] = [{ name: 'Root Entry', kind: 5, children: [], first: END, size: 0 }]
  for (const [path, bytes] of Array.isArray(streams) ? streams : Object.entries(streams)) {
    const names = path.split('/')
    let parent = 0
    for (const name of names.slice(0, -1)) parent = folderIn(entries, parent, name)
    const first = bytes.length < MINI_LIMIT ? storeMini(bytes) : store(bytes)
    entries[parent]?.children.push(entries.length)
    entries.push({ name: names.at(-1) ?? '', kind: 2, children: [], first, size: bytes.length })
  }
  const root = entries[0]
  if (root !== undefined) {
    root.first = store(Buffer.concat(mini))
    root.size = mini.length * MINI
  }
  const miniFirst = store(padded(u32(...miniTable), SECTOR, 0xff))
  const directory = store(
    Buffer.concat(entries.map((entry, index) => entryBytes(entries, entry, index))),
  )
  const tableSectors = Math.ceil((table.length + 1) / (SECTOR / 4 - 1))
  const tableFirst = sectors.length
  for (let index = 0; index < tableSectors; index += 1) table.push(0xfffffffd)
  const tableBytes = padded(u32(...table), tableSectors * SECTOR, 0xff)
  const list = Array.from({ length: 109 }, (_, index) =>
    index < tableSectors ? tableFirst + index : FREE,
  )
  const header = Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(16),
    u16(0x3e, 3, 0xfffe, 9, 6, 0, 0, 0),
    u32(0, tableSectors, directory, 0, MINI_LIMIT),
    u32(miniTable.length === 0 ? END : miniFirst, miniTable.length === 0 ? 0 : 1, END, 0),
    u32(...list),
  ])
  return Buffer.concat([header, ...sectors, tableBytes])
}

interface Entry {
  readonly name: string
  readonly kind: number
  readonly children: number[]
  first: number
  size: number
}

function folderIn(entries: Entry[], parent: number, name: string): number {
  const known = entries[parent]?.children.find(index => entries[index]?.name === name)
  if (known !== undefined) return known
  entries[parent]?.children.push(entries.length)
  entries.push({ name, kind: 1, children: [], first: 0, size: 0 })
  return entries.length - 1
}

/** Siblings hang on each other to the right; readers take any tree. */
function entryBytes(entries: readonly Entry[], entry: Entry, index: number): Buffer {
  const siblings = entries.find(({ children }) => children.includes(index))?.children ?? []
  const right = siblings[siblings.indexOf(index) + 1] ?? FREE
  return Buffer.concat([
    padded(Buffer.from(entry.name, 'utf16le'), 64),
    u16(2 * entry.name.length + 2),
    Buffer.from([entry.kind, 1]),
    u32(FREE, siblings.length === 0 ? FREE : right, entry.children[0] ?? FREE),
    Buffer.alloc(36),
    u32(entry.first, entry.size, 0),
  ])
}

function padded(bytes: Buffer, size: number, filler = 0): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), filler)])
}
