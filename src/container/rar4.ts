import { crc32 } from 'node:zlib'
import { GatewayError } from '../errors.js'
import { readAt, readUpTo, type ByteView } from './byte-view.js'
import type { WalkContext } from './content-judgement.js'
import { looksReadable } from './looks-readable.js'
import type { Member } from './members.js'
import { judgeRarEntry, type RarCipher, type RarEntry } from './rar-entry.js'
import { judgeTail } from './surroundings.js'

export const RAR4_MAGIC = Buffer.from('526172211a0700', 'hex')

/** Kinds of blocks (technote.txt of RAR 4, HEAD_TYPE). */
const MAIN = 0x73
const FILE = 0x74
const SERVICE = 0x7a
const END = 0x7b
const LOWEST = 0x72

const FLAG = {
  hiddenHeaders: 0x0080,
  splitBefore: 0x0001,
  splitAfter: 0x0002,
  encrypted: 0x0004,
  directory: 0x00e0,
  large: 0x0100,
  hasData: 0x8000,
} as const

/** From this version on files are encrypted by AES-128; what came before is broken. */
const AES_VERSION = 29

/** What a walk through an archive found, and where it ended. */
export interface RarWalk {
  readonly members: readonly Member[]
  readonly end: number
  readonly isHidden: boolean
}

/**
 * Walks through a RAR archive of version 1.5 to 4.
 *
 * Throws  ERR_CONTAINER_MALFORMED for a header whose check sum is wrong, ERR_CONTAINER_TRUNCATED.
 * Source  technote.txt that comes with RAR 4.x
 */
export async function walkRar4(
  view: ByteView,
  start: number,
  context: WalkContext,
): Promise<RarWalk> {
  const members: Member[] = []
  let at = start + RAR4_MAGIC.length
  while (at < view.size) {
    context.budget.takeEntries(1)
    const kind = (await readUpTo(view, at + 2, 1))[0] ?? 0
    if (kind < LOWEST || kind > END) break
    const block = await readBlock(view, at)
    if (block.kind === MAIN && (block.flags & FLAG.hiddenHeaders) !== 0) {
      const hidden = [await judgeHidden(view, block.stop), ...(await judgeTail(view, block.stop))]
      return { members: hidden, end: view.size, isHidden: true }
    }
    if (block.kind === FILE) members.push(await judgeRarEntry(view, entryOf(block), context))
    at = block.stop
    if (block.kind === END) break
  }
  return { members, end: at, isHidden: false }
}

/** Behind the main header everything is ciphertext, in blocks that each start with a salt. */
async function judgeHidden(view: ByteView, start: number): Promise<Member> {
  const sample = await readUpTo(view, start, 4096)
  if (sample.length < 8 + 16) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  const isOpen = looksReadable(sample) || looksReadable(sample.subarray(8))
  if (isOpen || isHeader(sample))
    return { state: 'readable', why: 'its headers claim to be encrypted and can be read' }
  return { state: 'strong', why: 'AES-128' }
}

interface Block {
  readonly kind: number
  readonly flags: number
  readonly header: Buffer
  /** First byte behind the header, and behind the data. */
  readonly data: number
  readonly stop: number
}

async function readBlock(view: ByteView, at: number): Promise<Block> {
  const size = (await readAt(view, at, 7)).readUInt16LE(5)
  if (size < 7) throw malformed('a header that is too short')
  const header = await readAt(view, at, size)
  const kind = header[2] ?? 0
  const flags = header.readUInt16LE(3)
  // Only these describe content.
  const isChecked = kind === MAIN || kind === FILE || kind === SERVICE
  if (isChecked && !isHeader(header)) throw malformed('the check sum of a header')
  const hasData = (flags & FLAG.hasData) !== 0 || kind === FILE || kind === SERVICE
  const least = kind === FILE || kind === SERVICE ? 32 + ((flags & FLAG.large) === 0 ? 0 : 8) : 11
  if (hasData && size < least) throw malformed('a header that is too short')
  // Where the name does not fit, other programs see the end of the archive.
  if (kind === FILE && nameEnd(header) > size) throw malformed('the length of a name')
  const low = hasData ? header.readUInt32LE(7) : 0
  const high = least === 40 && hasData ? header.readUInt32LE(32) : 0
  const data = at + size
  const stop = data + low + high * 2 ** 32
  if (stop > view.size) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  return { kind, flags, header, data, stop }
}

/** Whether a header starts here: by its check sum, the lower half of a CRC-32. */
function isHeader(bytes: Buffer): boolean {
  const kind = bytes[2] ?? 0
  const size = bytes.readUInt16LE(5)
  if (kind < LOWEST || kind > END || size < 7 || size > bytes.length) return false
  // A comment of RAR 2 lies inside a header and outside its check sum.
  const sums = [size, kind === MAIN ? 13 : size, kind === FILE ? nameEnd(bytes) : size]
  return sums.some(end => (crc32(bytes.subarray(2, end)) & 0xffff) === bytes.readUInt16LE(0))
}

function nameEnd(header: Buffer): number {
  if (header.length < 32) return header.length
  const large = (header.readUInt16LE(3) & FLAG.large) === 0 ? 0 : 8
  return 32 + large + header.readUInt16LE(26)
}

function entryOf({ flags, header, data, stop }: Block): RarEntry {
  const version = header[24] ?? 0
  const high = (flags & FLAG.large) === 0 ? 0 : header.readUInt32LE(36)
  return {
    start: data,
    stop,
    bytes: header.readUInt32LE(11) + high * 2 ** 32,
    crc: header.readUInt32LE(16),
    isDirectory: (flags & FLAG.directory) === FLAG.directory,
    isStored: header[25] === 0x30,
    isSplit: (flags & (FLAG.splitBefore | FLAG.splitAfter)) !== 0,
    cipher: (flags & FLAG.encrypted) === 0 ? undefined : cipherOf(version),
  }
}

/** Nothing in these archives tells whether a password is right before a file is unpacked. */
function cipherOf(version: number): RarCipher {
  const opensEmpty = async (): Promise<undefined> => undefined
  return version >= AES_VERSION
    ? { name: 'AES-128', state: 'strong', opensEmpty }
    : { name: 'the cipher of RAR 2', state: 'weak', opensEmpty }
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
