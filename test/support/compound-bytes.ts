const FREE = 0xffffffff
const END = 0xfffffffe
const SECTOR = 512
const MINI_SECTOR = 64
const MINI_CUTOFF = 4096

/** A compound file ([MS-CFB]) with these streams below its root; short ones in the mini stream. */
export function compoundFile(streams: readonly (readonly [string, Buffer])[]): Buffer {
  const table: number[] = [0xfffffffd]
  const sectors: Buffer[] = []
  const put = (content: Buffer): number => {
    if (content.length === 0) return END
    const first = sectors.length + 1
    const count = Math.ceil(content.length / SECTOR)
    for (let index = 0; index < count; index += 1) {
      sectors.push(padded(content.subarray(index * SECTOR, (index + 1) * SECTOR), SECTOR))
      table.push(index === count - 1 ? END : first + index + 1)
    }
    return first
  }
  const miniTable: number[] = []
  const mini: Buffer[] = []
  const putMini = (content: Buffer): number => {
    if (content.length === 0) return END
    const first = miniTable.length
    const count = Math.ceil(content.length / MINI_SECTOR)
    for (let index = 0; index < count; index += 1)
      miniTable.push(index === count - 1 ? END : first + index + 1)
    mini.push(padded(content, count * MINI_SECTOR))
    return first
  }
  const placed = streams.map(([name, content]) => {
    const first = content.length < MINI_CUTOFF ? putMini(content) : put(content)
    return entry(name, 2, first, content.length)
  })
  const miniStream = Buffer.concat(mini)
  const root = entry('Root Entry', 5, put(miniStream), miniStream.length)
  const miniFat = put(numbers(miniTable))
  const directory = put(Buffer.concat([root, ...placed]))
  const header = Buffer.alloc(SECTOR, 0xff)
  header.fill(0, 8, 76)
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header)
  header.writeUInt16LE(3, 26)
  header.writeUInt16LE(0xfffe, 28)
  header.writeUInt16LE(9, 30)
  header.writeUInt16LE(6, 32)
  header.writeUInt32LE(1, 44)
  header.writeUInt32LE(directory, 48)
  header.writeUInt32LE(MINI_CUTOFF, 56)
  header.writeUInt32LE(miniFat, 60)
  header.writeUInt32LE(END, 68)
  header.writeUInt32LE(0, 76)
  const fat = Buffer.alloc(SECTOR, 0xff)
  numbers(table).copy(fat)
  return Buffer.concat([header, fat, ...sectors])
}

function entry(name: string, kind: number, first: number, bytes: number): Buffer {
  const record = Buffer.alloc(128)
  const text = Buffer.from(`${name}\0`, 'utf16le')
  text.copy(record)
  record.writeUInt16LE(text.length, 64)
  record[66] = kind
  for (const at of [68, 72, 76]) record.writeUInt32LE(FREE, at)
  record.writeUInt32LE(first, 116)
  record.writeUInt32LE(bytes, 120)
  return record
}

function padded(content: Buffer, size: number): Buffer {
  return Buffer.concat([content, Buffer.alloc(size - content.length)])
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4))
  return bytes
}
