import { createHash, pbkdf2Sync } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { noise } from './container-bytes.js'
import { SECRET, u16, u32 } from './zip-bytes.js'

export interface RarPart {
  readonly content?: Buffer
  /** The password that its check value belongs to; undefined for a plain file. */
  readonly password?: string | undefined
  readonly data?: Buffer
  readonly method?: number
  readonly crc?: number
  readonly isDirectory?: boolean
  /** Version needed to unpack, of the old format. */
  readonly version?: number
  readonly power?: number
}

export const RAR5 = Buffer.from('526172211a070100', 'hex')
export const RAR4 = Buffer.from('526172211a0700', 'hex')

/** A RAR archive of version 5. */
export function rar5Of(parts: readonly RarPart[]): Buffer {
  return Buffer.concat([
    RAR5,
    header5(1, 0, [vint(0)]),
    ...parts.map(file5),
    header5(5, 0, [vint(0)]),
  ])
}

/** One whose headers are encrypted: what follows is noise, or what is given. */
export function hiddenRar5(password: string, data = noise(400), power = 8): Buffer {
  const record = [vint(0, 1), Buffer.from([power]), SALT, checkValue(password, power)]
  return Buffer.concat([RAR5, header5(4, 0, record), data])
}

/** A RAR archive of version 2 to 4. */
export function rar4Of(parts: readonly RarPart[]): Buffer {
  return Buffer.concat([
    RAR4,
    header4(0x73, 0, Buffer.alloc(6)),
    ...parts.map(file4),
    header4(0x7b, 0x4000, Buffer.alloc(0)),
  ])
}

export function hiddenRar4(data = noise(400)): Buffer {
  return Buffer.concat([RAR4, header4(0x73, 0x80, Buffer.alloc(6)), data])
}

const SALT = noise(16)

function file5(part: RarPart): Buffer {
  const { content = SECRET, password, method = 0, crc = crc32(content), power = 8 } = part
  const data =
    part.data ?? (password === undefined ? content : noise(Math.ceil(content.length / 16) * 16))
  const record = password === undefined ? Buffer.alloc(0) : record5(password, power)
  const name = Buffer.from('befund.txt')
  return Buffer.concat([
    header5(2, record.length === 0 ? 2 : 3, [
      ...(record.length === 0 ? [] : [vint(record.length)]),
      vint(data.length, part.isDirectory === true ? 5 : 4, content.length, 0),
      u32(crc),
      vint(method << 7, 1, name.length),
      name,
      record,
    ]),
    data,
  ])
}

function record5(password: string, power: number): Buffer {
  const fields = [vint(1, 0, 1), Buffer.from([power]), SALT, noise(16), checkValue(password, power)]
  const body = Buffer.concat(fields)
  return Buffer.concat([vint(body.length), body])
}

function checkValue(password: string, power: number): Buffer {
  const hash = pbkdf2Sync(password, SALT, 2 ** Math.min(power, 16) + 32, 32, 'sha256')
  const folded = Buffer.alloc(8)
  for (const [index, byte] of hash.entries()) folded[index % 8] = (folded[index % 8] ?? 0) ^ byte
  const guard = createHash('sha256').update(folded).digest()
  return Buffer.concat([folded, guard.subarray(0, 4)])
}

function header5(kind: number, flags: number, fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat([vint(kind, flags), ...fields])
  const sized = Buffer.concat([vint(body.length), body])
  return Buffer.concat([u32(crc32(sized)), sized])
}

function vint(...values: readonly number[]): Buffer {
  const bytes: number[] = []
  for (let value of values) {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
    bytes.push(value)
  }
  return Buffer.from(bytes)
}

function file4(part: RarPart): Buffer {
  const { content = SECRET, password, method = 0x30, crc = crc32(content), version = 29 } = part
  const data =
    part.data ?? (password === undefined ? content : noise(Math.ceil(content.length / 16) * 16))
  const flags = 0x8000 | (password === undefined ? 0 : 4) | (part.isDirectory === true ? 0xe0 : 0)
  const name = Buffer.from('befund.txt')
  const fields = [
    u32(data.length, content.length),
    Buffer.from([3]),
    u32(crc, 0),
    Buffer.from([version, method]),
    u16(name.length),
    u32(0),
    name,
  ]
  return Buffer.concat([header4(0x74, flags, Buffer.concat(fields)), data])
}

function header4(kind: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.concat([Buffer.from([kind]), u16(flags, 7 + body.length), body])
  return Buffer.concat([u16(crc32(header) & 0xffff), header])
}
