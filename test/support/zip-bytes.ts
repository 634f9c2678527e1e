import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { noise } from './container-bytes.js'

/** An entry of an archive; every field of its headers can be replaced. */
export interface ZipPart {
  readonly name?: string
  readonly content?: Buffer
  readonly method?: number
  readonly flags?: number
  readonly localFlags?: number
  readonly extra?: Buffer
  /** The data as they stand, in place of the packed content. */
  readonly data?: Buffer
  readonly crc?: number
}

export interface ZipShape {
  readonly before?: Buffer
  readonly between?: Buffer
  readonly behind?: Buffer
  readonly comment?: Buffer
  readonly isLarge?: boolean
  readonly count?: number
  /** Whether offsets count from the archive and not from what precedes it. */
  readonly isShifted?: boolean
}

export const SECRET = Buffer.from('Befund und Diagnose von Herrn Meier, vertraulich. '.repeat(4))

/** A ZIP archive, byte by byte. */
export function zipOf(parts: readonly ZipPart[], shape: ZipShape = {}): Buffer {
  const { before = Buffer.alloc(0), between = Buffer.alloc(0), comment = Buffer.alloc(0) } = shape
  const base = shape.isShifted === true ? before.length : 0
  const pieces: Buffer[] = [before]
  const central: Buffer[] = []
  let at = before.length
  for (const part of parts) {
    const { name = 'befund.txt', content = SECRET, method = 8, flags = 0 } = part
    const { extra = Buffer.alloc(0), crc = crc32(content) } = part
    const data = part.data ?? (method === 8 ? deflateRawSync(content) : content)
    const fixed = (bits: number): Buffer =>
      Buffer.concat([u16(20, bits, method, 0, 0x5a21), u32(crc, data.length, content.length)])
    const sizes = u16(Buffer.byteLength(name, 'latin1'), extra.length)
    const named = Buffer.concat([Buffer.from(name, 'latin1'), extra])
    const local = [
      Buffer.from('PK\x03\x04', 'latin1'),
      fixed(part.localFlags ?? flags),
      sizes,
      named,
    ]
    central.push(
      Buffer.from('PK\x01\x02', 'latin1'),
      u16(20),
      fixed(flags),
      sizes,
      u16(0, 0, 0),
      u32(0, at - base),
      named,
    )
    pieces.push(...local, data, between)
    at += Buffer.concat(local).length + data.length + between.length
  }
  const directory = Buffer.concat(central)
  const count = shape.count ?? parts.length
  const offset = at - base
  if (shape.isLarge === true) {
    const record = [
      Buffer.from('PK\x06\x06', 'latin1'),
      u64(44),
      u16(45, 45),
      u32(0, 0),
      u64(count, count, directory.length, offset),
    ]
    const locator = [
      Buffer.from('PK\x06\x07', 'latin1'),
      u32(0),
      u64(offset + directory.length),
      u32(1),
    ]
    pieces.push(directory, ...record, ...locator)
  } else pieces.push(directory)
  const small = shape.isLarge === true ? [0xffff, 0xffffffff] : [count, directory.length]
  const [entries = 0, bytes = 0] = small
  pieces.push(
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(0, 0, entries, entries),
    u32(bytes, shape.isLarge === true ? 0xffffffff : offset),
    u16(comment.length),
    comment,
    shape.behind ?? Buffer.alloc(0),
  )
  return Buffer.concat(pieces)
}

/** An entry that WinZip AES protects (AE-2), stored. */
export function aesPart(password: string, part: ZipPart = {}, strength: 1 | 2 | 3 = 3): ZipPart {
  const content = part.content ?? SECRET
  const keyBytes = 8 + strength * 8
  const salt = noise(keyBytes / 2)
  const key = pbkdf2Sync(password, salt, 1000, 2 * keyBytes + 2, 'sha1')
  const ciphertext = littleEndianCounter(content, key.subarray(0, keyBytes))
  const code = createHmac('sha1', key.subarray(keyBytes, 2 * keyBytes))
    .update(ciphertext)
    .digest()
  const extra = Buffer.concat([u16(0x9901, 7, 2), Buffer.from('AE'), Buffer.from([strength, 0, 0])])
  const check = key.subarray(2 * keyBytes)
  return {
    content,
    method: 99,
    flags: 1,
    crc: 0,
    extra,
    data: Buffer.concat([salt, check, ciphertext, code.subarray(0, 10)]),
    ...part,
  }
}

/** An entry with the traditional encryption, stored or deflated. */
export function zipCryptoPart(password: string, part: ZipPart = {}): ZipPart {
  const { content = SECRET, method = 8 } = part
  const plain = method === 8 ? deflateRawSync(content) : content
  const header = noise(11)
  const check = Buffer.from([crc32(content) >>> 24])
  const data = zipCrypto(password, Buffer.concat([header, check, plain]))
  return { content, method, flags: 1, data, ...part }
}

/** The extra field 0x0017 that names an algorithm of PKWARE's strong encryption. */
export function strongExtra(algorithm: number): Buffer {
  return u16(0x0017, 8, 2, algorithm, 256, 1)
}

/** AES in counter mode as WinZip counts: from one, the lowest byte first. */
function littleEndianCounter(content: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
  let stream: Buffer = Buffer.alloc(16)
  return Buffer.from(
    content.map((byte, at) => {
      if (at % 16 === 0) {
        const counter = Buffer.alloc(16)
        counter.writeUInt32LE(at / 16 + 1)
        stream = cipher.update(counter)
      }
      return byte ^ (stream[at % 16] ?? 0)
    }),
  )
}

function zipCrypto(password: string, plain: Buffer): Buffer {
  const keys = [0x12345678, 0x23456789, 0x34567890]
  const step = (key: number, byte: number): number => ~crc32(Buffer.from([byte]), ~key >>> 0)
  const feed = (byte: number): void => {
    keys[0] = step(keys[0] ?? 0, byte)
    keys[1] = (Math.imul((keys[1] ?? 0) + ((keys[0] ?? 0) & 0xff), 134775813) + 1) | 0
    keys[2] = step(keys[2] ?? 0, (keys[1] ?? 0) >>> 24)
  }
  for (const byte of Buffer.from(password)) feed(byte)
  return Buffer.from(
    plain.map(byte => {
      const mask = ((keys[2] ?? 0) | 2) & 0xffff
      const coded = byte ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff)
      feed(byte)
      return coded
    }),
  )
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, 2 * index)
  return bytes
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index)
  return bytes
}

export function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * index)
  return bytes
}
