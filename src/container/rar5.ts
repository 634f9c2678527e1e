import { createHash, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { GatewayError } from '../errors.js'
import { NATIVE_ROUND, type Budget } from './budget.js'
import { readAt, readUpTo, type ByteView } from './byte-view.js'
import type { WalkContext } from './content-judgement.js'
import { looksReadable } from './looks-readable.js'
import type { Member } from './members.js'
import { judgeRarEntry, type RarCipher, type RarEntry } from './rar-entry.js'
import type { RarWalk } from './rar4.js'
import { judgeTail } from './surroundings.js'

const deriveKey = promisify(pbkdf2)

export const RAR5_MAGIC = Buffer.from('526172211a070100', 'hex')

/** Kinds of headers. */
const FILE = 2
const ENCRYPTION = 4
const END = 5

const HEADER_LIMIT = 2 * 1024 * 1024

/** Most rounds, as a power of two, that RAR itself accepts. */
const POWER_LIMIT = 24

/** Rounds after those of the key that give the value by which a password is checked. */
const CHECK_ROUNDS = 32

/**
 * Walks through a RAR archive of version 5.
 *
 * Throws  ERR_CONTAINER_MALFORMED for a header whose check sum is wrong, ERR_CONTAINER_TRUNCATED.
 * Source  RAR 5.0 archive format, rarlab.com/technote.htm
 */
export async function walkRar5(
  view: ByteView,
  start: number,
  context: WalkContext,
): Promise<RarWalk> {
  const members: Member[] = []
  let at = start + RAR5_MAGIC.length
  while (at < view.size) {
    context.budget.takeEntries(1)
    const header = await readHeader(view, at)
    if (header.kind === ENCRYPTION) {
      const member = await judgeHidden(view, header, context.budget)
      const behind = await judgeTail(view, header.stop)
      return { members: [member, ...behind], end: view.size, isHidden: true }
    }
    if (header.kind === FILE)
      members.push(await judgeRarEntry(view, entryOf(header, context.budget), context))
    at = header.stop
    if (header.kind === END) break
  }
  return { members, end: at, isHidden: false }
}

interface Header {
  readonly kind: number
  readonly flags: number
  /** Fields that depend on the kind, and the records behind them. */
  readonly fields: Fields
  readonly extra: Fields
  readonly data: number
  readonly stop: number
}

async function readHeader(view: ByteView, at: number): Promise<Header> {
  const front = new Fields(await readUpTo(view, at, 7))
  const sum = front.take(4).readUInt32LE(0)
  const size = front.number()
  if (size > HEADER_LIMIT) throw malformed('a header that is too long')
  const bytes = await readAt(view, at + 4, front.at - 4 + size)
  if (crc32(bytes) !== sum) throw malformed('the check sum of a header')
  const fields = new Fields(bytes.subarray(front.at - 4))
  const kind = fields.number()
  const flags = fields.number()
  const extraBytes = (flags & 1) === 0 ? 0 : fields.number()
  const dataBytes = (flags & 2) === 0 ? 0 : fields.number()
  if (extraBytes > size) throw malformed('a header that is longer than itself')
  const extra = new Fields(bytes.subarray(bytes.length - extraBytes))
  const data = at + 4 + bytes.length
  const stop = data + dataBytes
  if (stop > view.size) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  return { kind, flags, fields, extra, data, stop }
}

/** Reads numbers of seven bits a byte, the lowest first. */
class Fields {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  number(): number {
    let value = 0
    for (let index = 0; index < 8; index += 1) {
      const byte = this.take(1)[0] ?? 0
      value += (byte & 0x7f) * 128 ** index
      if ((byte & 0x80) !== 0) continue
      if (!Number.isSafeInteger(value)) break
      return value
    }
    throw malformed('a number is too large')
  }

  take(size: number): Buffer {
    if (this.at + size > this.bytes.length) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }
}

function entryOf({ flags, fields, extra, data, stop }: Header, budget: Budget): RarEntry {
  const fileFlags = fields.number()
  const bytes = fields.number()
  fields.number()
  if ((fileFlags & 2) !== 0) fields.take(4)
  const crc = (fileFlags & 4) === 0 ? undefined : fields.take(4).readUInt32LE(0)
  const compression = fields.number()
  return {
    start: data,
    stop,
    // An unknown size stands for content all the same.
    bytes: (fileFlags & 8) === 0 ? bytes : stop - data,
    crc,
    isDirectory: (fileFlags & 1) !== 0,
    isStored: ((compression >> 7) & 7) === 0,
    isSplit: (flags & 0x18) !== 0,
    cipher: cipherIn(extra, budget),
  }
}

/** The record of type 1 among the extra ones. */
function cipherIn(extra: Fields, budget: Budget): RarCipher | undefined {
  while (extra.at < extra.bytes.length) {
    const size = extra.number()
    const record = new Fields(extra.take(size))
    if (record.number() !== 1) continue
    if (record.number() !== 0) throw malformed('the version of its encryption')
    const flags = record.number()
    const power = record.take(1)[0] ?? 0
    const salt = record.take(16)
    record.take(16)
    const check = (flags & 1) === 0 ? undefined : record.take(12)
    return {
      name: 'AES-256',
      state: 'strong',
      opensEmpty: async () => opensEmpty(power, salt, check, budget),
    }
  }
  return undefined
}

/** A header that says how all the others are encrypted. */
async function judgeHidden(view: ByteView, header: Header, budget: Budget): Promise<Member> {
  const { fields } = header
  if (fields.number() !== 0) throw malformed('the version of its encryption')
  const flags = fields.number()
  const power = fields.take(1)[0] ?? 0
  const salt = fields.take(16)
  const check = (flags & 1) === 0 ? undefined : fields.take(12)
  const sample = await readUpTo(view, header.stop, 4096)
  if (sample.length < 32) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  if (looksReadable(sample) || looksReadable(sample.subarray(16)) || isHeader(sample))
    return { state: 'readable', why: 'its headers claim to be encrypted and can be read' }
  if (await opensEmpty(power, salt, check, budget))
    return { state: 'readable', why: 'it opens with an empty password' }
  return { state: 'strong', why: 'AES-256' }
}

function isHeader(bytes: Buffer): boolean {
  const size = bytes[4] ?? 0
  return size > 2 && size < 0x80 && crc32(bytes.subarray(4, 5 + size)) === bytes.readUInt32LE(0)
}

/** By the check value: eight bytes folded from the hash, and four that guard them. */
async function opensEmpty(
  power: number,
  salt: Buffer,
  check: Buffer | undefined,
  budget: Budget,
): Promise<boolean | undefined> {
  if (power > POWER_LIMIT) throw malformed('the rounds of its key')
  if (check === undefined) return undefined
  const guard = createHash('sha256').update(check.subarray(0, 8)).digest()
  // RAR ignores a check value that is damaged.
  if (!guard.subarray(0, 4).equals(check.subarray(8))) return undefined
  const rounds = 2 ** power + CHECK_ROUNDS
  budget.takeRounds(rounds * NATIVE_ROUND)
  const hash = await deriveKey('', salt, rounds, 32, 'sha256')
  const folded = Buffer.alloc(8)
  for (const [index, byte] of hash.entries()) folded[index % 8] = (folded[index % 8] ?? 0) ^ byte
  return folded.equals(check.subarray(0, 8))
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
