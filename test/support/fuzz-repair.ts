import { crc32 } from 'node:zlib'

/**
 * Makes right again what a change has spoiled, so that a reader comes further than to the check sum:
 * the check sums of 7z, RAR and TNEF, and where the end of a ZIP archive says its directory is.
 */
export function repaired(bytes: Buffer): Buffer {
  const front = bytes.toString('latin1', 0, 8)
  if (front.startsWith("7z\xbc\xaf'\x1c")) repairSevenZip(bytes)
  else if (front.startsWith('Rar!\x1a\x07\x01\x00')) repairRar5(bytes)
  else if (front.startsWith('Rar!\x1a\x07\x00')) repairRar4(bytes)
  else if (front.startsWith('\x78\x9f\x3e\x22')) repairTnef(bytes)
  else repairZip(bytes)
  return bytes
}

function repairSevenZip(bytes: Buffer): void {
  if (bytes.length < 32) return
  const start = 32 + Number(bytes.readBigUInt64LE(12))
  const end = start + Number(bytes.readBigUInt64LE(20))
  if (end <= bytes.length) bytes.writeUInt32LE(crc32(bytes.subarray(start, end)), 28)
  bytes.writeUInt32LE(crc32(bytes.subarray(12, 32)), 8)
}

/** Headers of one byte of length at the least: check sum, length, content. */
function repairRar5(bytes: Buffer): void {
  for (let at = 8, count = 0; at + 6 < bytes.length && count < 50; count += 1) {
    const [size, start] = variableNumber(bytes, at + 4)
    const end = start + size
    if (size === 0 || end > bytes.length) return
    bytes.writeUInt32LE(crc32(bytes.subarray(at + 4, end)), at)
    const [, flagsAt] = variableNumber(bytes, start)
    const [flags, next] = variableNumber(bytes, flagsAt)
    const [, dataAt] = flags & 1 ? variableNumber(bytes, next) : [0, next]
    at = end + (flags & 2 ? variableNumber(bytes, dataAt)[0] : 0)
  }
}

function variableNumber(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0
  for (let at = start; at < bytes.length && at < start + 4; at += 1) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (at - start))
    if (byte < 0x80) return [value, at + 1]
  }
  return [value, start + 4]
}

function repairRar4(bytes: Buffer): void {
  for (let at = 7, count = 0; at + 7 <= bytes.length && count < 50; count += 1) {
    const size = bytes.readUInt16LE(at + 5)
    if (size < 7 || at + size > bytes.length) return
    bytes.writeUInt16LE(crc32(bytes.subarray(at + 2, at + size)) & 0xffff, at)
    const hasData = bytes[at + 2] === 0x74 || (bytes.readUInt16LE(at + 3) & 0x8000) !== 0
    at += size + (hasData && size >= 11 ? bytes.readUInt32LE(at + 7) : 0)
  }
}

function repairTnef(bytes: Buffer): void {
  for (let at = 6; at + 11 <= bytes.length;) {
    const end = at + 9 + bytes.readUInt32LE(at + 5)
    if (end + 2 > bytes.length) return
    const sum = bytes.subarray(at + 9, end).reduce((total, byte) => (total + byte) & 0xffff, 0)
    bytes.writeUInt16LE(sum, end)
    at = end + 2
  }
}

function repairZip(bytes: Buffer): void {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  const directory = bytes.indexOf('PK\x01\x02', 0, 'latin1')
  if (end < 0 || directory < 0 || directory > end || end + 22 > bytes.length) return
  bytes.writeUInt32LE(end - directory, end + 12)
  bytes.writeUInt32LE(directory, end + 16)
  let local = -1
  for (
    let entry = directory;
    entry >= 0 && entry + 46 <= end;
    entry = bytes.indexOf('PK\x01\x02', entry + 4, 'latin1')
  ) {
    local = bytes.indexOf('PK\x03\x04', local + 1, 'latin1')
    if (local < 0 || local >= directory) return
    bytes.writeUInt32LE(local, entry + 42)
  }
}
