import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import type { Member } from './members.js'
import {
  KNOWN_PASSWORDS,
  PACKAGE_PASSWORDS,
  decryptAes,
  digest,
  numberBytes,
  opensRc4,
  rc4,
  spunHash,
} from './office-password.js'

/** Algorithms of the CryptoAPI ([MS-OFFCRYPTO] 2.3.2). */
const RC4 = 0x6801
const AES_KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [0x660e, 16],
  [0x660f, 24],
  [0x6610, 32],
])

const STANDARD_ROUNDS = 50_000

/** `EncryptionHeader` and `EncryptionVerifier`, as standard encryption and RC4 CryptoAPI have them. */
interface BinaryHeader {
  readonly algorithm: number
  readonly keyBits: number
  readonly salt: Buffer
  readonly verifier: Buffer
  readonly verifierHash: Buffer
}

/**
 * Judges the encryption that a header in the binary form describes: 40-bit RC4, RC4 by the
 * CryptoAPI, or AES.
 *
 * Shape   `bytes` from the version number on.
 * Throws  ERR_CONTAINER_TRUNCATED or ERR_CONTAINER_MALFORMED for a header that cannot be read.
 * Source  [MS-OFFCRYPTO] 2.3.2 to 2.3.6
 */
export async function judgeBinaryHeader(bytes: Buffer, budget: Budget): Promise<Member> {
  if (bytes.length < 8) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  const major = bytes.readUInt16LE(0)
  const minor = bytes.readUInt16LE(2)
  if (major === 1 && minor === 1) return judgeRc4(bytes.subarray(4))
  if (minor === 3) return unknown('extensible encryption, whose cipher is not known')
  if (minor !== 2 || major < 2 || major > 4)
    return unknown('the version of its encryption is not known')
  const header = readHeader(bytes)
  const keyBytes = AES_KEY_BYTES.get(header.algorithm)
  if (keyBytes !== undefined) return judgeStandard({ ...header, keyBits: keyBytes * 8 }, budget)
  if (header.algorithm !== RC4) return unknown('the cipher is not known')
  return KNOWN_PASSWORDS.some(password => opensCryptoApi(header, password))
    ? opened()
    : { state: 'weak', why: 'RC4' }
}

function judgeRc4(header: Buffer): Member {
  if (header.length < 48) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  return KNOWN_PASSWORDS.some(password => opensRc4(header, password))
    ? opened()
    : { state: 'weak', why: 'RC4 with a key of 40 bits' }
}

async function judgeStandard(header: BinaryHeader, budget: Budget): Promise<Member> {
  if (header.verifierHash.length < 32) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  for (const password of PACKAGE_PASSWORDS) {
    const spun = await spunHash('sha1', header.salt, password, STANDARD_ROUNDS, budget)
    const key = standardKey(digest('sha1', spun, numberBytes(0)), header.keyBits / 8)
    const verifier = decryptAes('ecb', key, null, header.verifier)
    const expected = decryptAes('ecb', key, null, header.verifierHash.subarray(0, 32))
    if (digest('sha1', verifier).equals(expected.subarray(0, 20))) return opened()
  }
  return { state: 'strong', why: `AES-${header.keyBits}, standard encryption` }
}

function readHeader(bytes: Buffer): BinaryHeader {
  if (bytes.length < 12 + 32) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  const headerBytes = bytes.readUInt32LE(8)
  const at = 12 + headerBytes
  if (headerBytes < 32 || at + 4 + 16 + 16 + 4 > bytes.length || bytes.readUInt32LE(at) !== 16)
    throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'the header of its encryption' })
  return {
    algorithm: bytes.readUInt32LE(12 + 8),
    keyBits: bytes.readUInt32LE(12 + 16),
    salt: bytes.subarray(at + 4, at + 20),
    verifier: bytes.subarray(at + 20, at + 36),
    verifierHash: bytes.subarray(at + 40, at + 72),
  }
}

/** Source  [MS-OFFCRYPTO] 2.3.4.7 */
function standardKey(final: Buffer, keyBytes: number): Buffer {
  const derived = [0x36, 0x5c].map(filler => {
    const block = Buffer.alloc(64, filler)
    for (const [index, byte] of final.entries()) block[index] = byte ^ filler
    return digest('sha1', block)
  })
  return Buffer.concat(derived).subarray(0, keyBytes)
}

/** Source  [MS-OFFCRYPTO] 2.3.5.2 */
function opensCryptoApi(header: BinaryHeader, password: string): boolean {
  const keyBits = header.keyBits === 0 ? 40 : header.keyBits
  if (keyBits % 8 !== 0 || keyBits > 128) return false
  const start = digest('sha1', header.salt, Buffer.from(password, 'utf16le'))
  const final = digest('sha1', start, numberBytes(0)).subarray(0, keyBits / 8)
  const key = keyBits === 40 ? Buffer.concat([final, Buffer.alloc(11)]) : final
  const plain = rc4(key, Buffer.concat([header.verifier, header.verifierHash.subarray(0, 20)]))
  return digest('sha1', plain.subarray(0, 16)).equals(plain.subarray(16, 36))
}

function opened(): Member {
  return { state: 'readable', why: 'it opens with a password that everybody knows, or none' }
}

function unknown(why: string): Member {
  return { state: 'unknown', why }
}
