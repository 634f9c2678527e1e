import { crc32 } from 'node:zlib'
import { hex } from './container-bytes.js'
import { u32, u64 } from './zip-bytes.js'

/** A 7z archive around packed bytes and a header that is not packed. */
export function archive(packed: Buffer, header: Buffer): Buffer {
  const next = Buffer.concat([u64(packed.length, header.length), u32(crc32(header))])
  return Buffer.concat([hex('377abcaf271c 0004'), u32(crc32(next)), next, packed, header])
}

/** One folder with one stored file under AES; `power` of the rounds, without salt and vector. */
export function stored(
  packed: Buffer,
  bytes: number,
  crc: number,
  power = 4,
  coders?: Buffer,
): Buffer {
  const aes = Buffer.concat([hex('24 06f10701 01'), Buffer.from([power])])
  const folder = Buffer.concat([hex('01'), coders ?? aes])
  const header = Buffer.concat([
    hex('01 04 06 00 01 09'),
    sevenZipNumber(packed.length),
    hex('00 07 0b 01 00'),
    folder,
    hex('0c'),
    sevenZipNumber(bytes),
    hex('0a 01'),
    u32(crc),
    hex('00 00 00'),
  ])
  return archive(packed, header)
}

export const sevenZipNumber = (value: number): Buffer =>
  value < 0x80 ? Buffer.from([value]) : Buffer.from([0x80 | (value >> 8), value & 0xff])
