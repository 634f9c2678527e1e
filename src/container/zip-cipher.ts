import { createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { NATIVE_ROUND, type Budget } from './budget.js'
import { readAt, streamOf, viewOf, type ByteView } from './byte-view.js'
import { canInflate } from './deflated.js'
import { looksReadable } from './looks-readable.js'

const deriveKey = promisify(pbkdf2)

/** WinZip AES by the strength byte of the extra field 0x9901: key bytes; salt is half as long. */
const AES_KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 16],
  [2, 24],
  [3, 32],
])

const AES_ROUNDS = 1000
const AES_CHECK_BYTES = 2
const AES_CODE_BYTES = 10

/** Stored entries up to this size are decrypted as a whole to see whether a password is right. */
const TRIAL_BYTES = 1024 * 1024

/** Bytes at the front of the others that are. */
const FRONT_BYTES = 16 * 1024

/** The extra field 0x9901 of an entry. */
export interface ZipAes {
  readonly keyBytes: number
  readonly saltBytes: number
  /** Bytes of the entry that are not its content. */
  readonly overhead: number
  /** Compression method under the encryption. */
  readonly method: number
}

/** Source  WinZip AE-1 and AE-2, version 1.04, section II.B; undefined for what is none. */
export function readZipAes(field: Buffer | undefined): ZipAes | undefined {
  if (field === undefined || field.length !== 7) return undefined
  const version = field.readUInt16LE(0)
  const keyBytes = AES_KEY_BYTES.get(field[4] ?? 0)
  if ((version !== 1 && version !== 2) || field.toString('latin1', 2, 4) !== 'AE') return undefined
  if (keyBytes === undefined) return undefined
  const saltBytes = keyBytes / 2
  const overhead = saltBytes + AES_CHECK_BYTES + AES_CODE_BYTES
  return { keyBytes, saltBytes, overhead, method: field.readUInt16LE(5) }
}

/** Whether an entry that WinZip AES encrypts opens with the empty password. */
export async function opensWithoutPassword(
  view: ByteView,
  start: number,
  stop: number,
  { keyBytes, saltBytes }: ZipAes,
  budget: Budget,
): Promise<boolean> {
  budget.takeRounds(AES_ROUNDS * NATIVE_ROUND)
  const salt = await readAt(view, start, saltBytes)
  const check = await readAt(view, start + saltBytes, AES_CHECK_BYTES)
  const size = 2 * keyBytes + AES_CHECK_BYTES
  const key = await deriveKey('', salt, AES_ROUNDS, size, 'sha1')
  if (!key.subarray(2 * keyBytes).equals(check)) return false
  // Once in 65,536 times the two bytes agree by accident: the authentication code decides.
  const from = start + saltBytes + AES_CHECK_BYTES
  const to = stop - AES_CODE_BYTES
  budget.takeBytes(to - from)
  const hmac = createHmac('sha1', key.subarray(keyBytes, 2 * keyBytes))
  for await (const chunk of streamOf(view, from, to)) hmac.update(chunk)
  const code = await readAt(view, to, AES_CODE_BYTES)
  return hmac.digest().subarray(0, AES_CODE_BYTES).equals(code)
}

/** Bytes before the ciphertext of the traditional encryption (APPNOTE 6.1.3). */
export const ZIPCRYPTO_OVERHEAD = 12

/** Whether an entry with the traditional encryption opens with the empty password. */
export async function opensWithoutZipCrypto(
  view: ByteView,
  start: number,
  stop: number,
  entry: { readonly method: number; readonly bytes: number; readonly crc: number },
  budget: Budget,
): Promise<boolean> {
  const size = stop - start
  if (entry.method === 0 && size <= TRIAL_BYTES) {
    budget.takeBytes(size)
    const all = decryptWithEmptyPassword(await readAt(view, start, size))
    return crc32(all.subarray(ZIPCRYPTO_OVERHEAD)) === entry.crc
  }
  const front = decryptWithEmptyPassword(await readAt(view, start, Math.min(size, FRONT_BYTES)))
  const content = viewOf(front.subarray(ZIPCRYPTO_OVERHEAD))
  return entry.method === 8
    ? canInflate(content, 0, content.size, entry)
    : looksReadable(await readAt(content, 0, content.size))
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  return value
})

/** The traditional cipher with its three keys as they are before any password (APPNOTE 6.1.5). */
function decryptWithEmptyPassword(packed: Buffer): Buffer {
  let [a, b, c] = [0x12345678, 0x23456789, 0x34567890]
  const step = (key: number, byte: number): number =>
    (CRC_TABLE[(key ^ byte) & 0xff] ?? 0) ^ (key >>> 8)
  const plain = Buffer.allocUnsafe(packed.length)
  for (const [at, byte] of packed.entries()) {
    const mask = (c | 2) & 0xffff
    const value = byte ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff)
    plain[at] = value
    a = step(a, value)
    b = (Math.imul(b + (a & 0xff), 134775813) + 1) | 0
    c = step(c, b >>> 24)
  }
  return plain
}
