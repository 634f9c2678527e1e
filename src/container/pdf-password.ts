import { createCipheriv, hash as digest } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { rc4 } from './rc4.js'

/** What the standard security handler checks a password against. */
export interface PdfLock {
  readonly revision: number
  /** `O` and `U`. */
  readonly owner: Buffer
  readonly user: Buffer
  /** `P`, as the file writes it. */
  readonly permissions: number
  /** First half of the file's ID; empty without one. */
  readonly id: Buffer
}

const PADDING = Buffer.from(
  '28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a',
  'hex',
)

const EMPTY = Buffer.alloc(0)

/**
 * Whether the empty password opens a file, as the password of its reader or of its owner.
 *
 * Shape   lengths of keys and EncryptMetadata are not believed: all that are possible are tried,
 *         since one reader may know better than the file what is meant.
 * Gives   undefined for revisions and values that cannot be tried.
 * Source  ISO 32000-2, 7.6.4.3 and 7.6.4.4 (algorithms 2 to 13); Adobe Supplement to ISO 32000,
 *         ExtensionLevel 3, for revision 5
 */
export async function opensWithoutPassword(lock: PdfLock): Promise<boolean | undefined> {
  const { revision, owner, user } = lock
  if (revision >= 2 && revision <= 4) {
    if (owner.length < 32 || user.length < 32) return undefined
    return opensOld(lock)
  }
  if (revision !== 5 && revision !== 6) return undefined
  if (owner.length < 48 || user.length < 48) return undefined
  const userKey = user.subarray(0, 48)
  return (
    hash(revision, user.subarray(32, 40), EMPTY).equals(user.subarray(0, 32)) ||
    hash(revision, owner.subarray(32, 40), userKey).equals(owner.subarray(0, 32))
  )
}

async function opensOld(lock: PdfLock): Promise<boolean> {
  const lengths = lock.revision === 2 ? [5] : Array.from({ length: 12 }, (_, index) => 16 - index)
  const flags = lock.revision === 4 ? [EMPTY, Buffer.alloc(4, 0xff)] : [EMPTY]
  for (const length of lengths) {
    for (const password of [PADDING, userPassword(lock, length)])
      if (flags.some(flag => isUserPassword(lock, password, flag, length))) return true
    // All lengths together take some 20 ms.
    await nextTurn()
  }
  return false
}

/** Algorithms 2, 4 and 5: does this padded password lead to `U`? */
function isUserPassword(lock: PdfLock, password: Buffer, flag: Buffer, length: number): boolean {
  const { revision, owner, user, id } = lock
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(lock.permissions | 0)
  const first = md5(password, owner.subarray(0, 32), permissions, id, flag)
  const key = repeated(first, revision, length)
  if (revision === 2) return rc4(key, PADDING).equals(user.subarray(0, 32))
  let expected = md5(PADDING, id)
  for (let round = 0; round < 20; round += 1)
    expected = rc4(Buffer.from(key.map(byte => byte ^ round)), expected)
  return expected.equals(user.subarray(0, 16))
}

/** Algorithm 7: the user's password that the empty password of the owner gives. */
function userPassword({ revision, owner }: PdfLock, length: number): Buffer {
  const key = repeated(md5(PADDING), revision, length)
  let password: Buffer = owner.subarray(0, 32)
  for (let round = revision === 2 ? 0 : 19; round >= 0; round -= 1)
    password = rc4(Buffer.from(key.map(byte => byte ^ round)), password)
  return password
}

function repeated(first: Buffer, revision: number, length: number): Buffer {
  let key = first
  const rounds = revision > 2 ? 50 : 0
  for (let round = 0; round < rounds; round += 1) key = md5(key.subarray(0, length))
  return key.subarray(0, length)
}

/** Revision 5 hashes once, revision 6 by algorithm 2.B; the password is empty. */
function hash(revision: number, salt: Buffer, userKey: Buffer): Buffer {
  let key = sha('sha256', salt, userKey)
  if (revision === 5) return key
  // The last byte ends it, after 287 rounds at the latest.
  for (let round = 0; ; round += 1) {
    const block = Buffer.concat([key, userKey])
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32))
    cipher.setAutoPadding(false)
    const encrypted = cipher.update(Buffer.concat(Array.from({ length: 64 }, () => block)))
    const sum = encrypted.subarray(0, 16).reduce((total, byte) => total + byte, 0)
    key = sha(ALGORITHMS[sum % 3] ?? 'sha256', encrypted)
    if (round >= 63 && (encrypted.at(-1) ?? 0) <= round - 31) return key.subarray(0, 32)
  }
}

const ALGORITHMS = ['sha256', 'sha384', 'sha512']

function md5(...pieces: readonly Buffer[]): Buffer {
  return sha('md5', ...pieces)
}

function sha(algorithm: string, ...pieces: readonly Buffer[]): Buffer {
  return digest(algorithm, Buffer.concat(pieces), 'buffer')
}
