import { crc32 } from 'node:zlib'
import { RAR4, RAR5 } from './rar-bytes.js'

/** A check sum of a header: where it stands, how long it is, and which bytes it is made of. */
export interface CheckSum {
  readonly at: number
  readonly size: 2 | 4
  readonly from: number
  readonly to: number
}

const SEVEN_ZIP = Buffer.from('377abcaf271c', 'hex')

/** The check sums of the headers of a good archive; none where the format has none. */
export function checkSumsOf(file: Buffer): readonly CheckSum[] {
  const starts = (magic: Buffer): boolean => file.subarray(0, magic.length).equals(magic)
  if (starts(SEVEN_ZIP)) return sumsOfSevenZip(file)
  if (starts(RAR5)) return sumsOfRar5(file)
  return starts(RAR4) ? sumsOfRar4(file) : []
}

/** Makes the check sums right again after a change, so that what is behind them is looked at. */
export function repaired(file: Buffer, sums: readonly CheckSum[]): Buffer {
  const changed = Buffer.from(file)
  for (const { at, size, from, to } of sums) {
    const sum = crc32(changed.subarray(from, to))
    changed.writeUIntLE(size === 2 ? sum & 0xffff : sum, at, size)
  }
  return changed
}

/** The sum of the header stands in the start of the file, which has a sum of its own. */
function sumsOfSevenZip(file: Buffer): readonly CheckSum[] {
  const from = 32 + Number(file.readBigUInt64LE(12))
  const to = from + Number(file.readBigUInt64LE(20))
  if (to > file.length) return []
  return [
    { at: 28, size: 4, from, to },
    { at: 8, size: 4, from: 12, to: 32 },
  ]
}

/** Each header: its sum, its size, its kind, its flags, and the size of the data behind it. */
function sumsOfRar5(file: Buffer): readonly CheckSum[] {
  const sums: CheckSum[] = []
  for (let at = RAR5.length; at + 7 < file.length;) {
    const [size, body] = vint(file, at + 4)
    const to = body + size
    if (to > file.length) break
    sums.push({ at, size: 4, from: at + 4, to })
    const [kind, afterKind] = vint(file, body)
    const [flags, afterFlags] = vint(file, afterKind)
    // Behind a header that says the others are encrypted, there is nothing to read.
    if (kind === 4) break
    const [, afterExtra] = (flags & 1) === 0 ? [0, afterFlags] : vint(file, afterFlags)
    const [data] = (flags & 2) === 0 ? [0] : vint(file, afterExtra)
    at = to + data
  }
  return sums
}

function vint(file: Buffer, start: number): readonly [value: number, end: number] {
  let value = 0
  for (let at = start; at < file.length && at < start + 8; at += 1) {
    const byte = file[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (at - start))
    if (byte < 0x80) return [value, at + 1]
  }
  return [value, file.length]
}

function sumsOfRar4(file: Buffer): readonly CheckSum[] {
  const sums: CheckSum[] = []
  for (let at = RAR4.length; at + 7 <= file.length;) {
    const flags = file.readUInt16LE(at + 3)
    const to = at + file.readUInt16LE(at + 5)
    if (to > file.length || to < at + 7) break
    sums.push({ at, size: 2, from: at + 2, to })
    const isHidden = file[at + 2] === 0x73 && (flags & 0x80) !== 0
    if (isHidden) break
    at = to + ((flags & 0x8000) === 0 ? 0 : file.readUInt32LE(at + 7))
  }
  return sums
}
