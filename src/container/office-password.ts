import { createDecipheriv, createHash, hash } from 'node:crypto'
import type { Budget } from './budget.js'

/**
 * Passwords that Office itself uses where it does not ask for one: for a workbook or a presentation
 * that is only protected against changes; and none at all.
 *
 * Source  [MS-OFFCRYPTO] 2.4.2.2 for the first; the second is what PowerPoint 2003 writes
 */
export const KNOWN_PASSWORDS: readonly string[] = ['VelvetSweatshop', '/01Hannes Ruescher/01', '']

/** Those of them that are tried where each costs a hundred thousand rounds. */
export const PACKAGE_PASSWORDS: readonly string[] = ['VelvetSweatshop', '']

/** Hash functions that a file may name. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['SHA1', 'sha1'],
  ['SHA-1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA-256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA-384', 'sha384'],
  ['SHA512', 'sha512'],
  ['SHA-512', 'sha512'],
  ['MD5', 'md5'],
])

export function hashNamed(name: string): string | undefined {
  return HASHES.get(name.toUpperCase())
}

export function digest(name: string, ...parts: readonly Buffer[]): Buffer {
  return hash(name, Buffer.concat(parts), 'buffer')
}

export function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/**
 * The hash that a password becomes after so many rounds; the rounds are taken from the budget.
 *
 * Source  [MS-OFFCRYPTO] 2.3.4.7 and 2.3.4.11
 */
export async function spunHash(
  name: string,
  salt: Buffer,
  password: string,
  rounds: number,
  budget: Budget,
): Promise<Buffer> {
  budget.takeRounds(rounds)
  let value = digest(name, salt, Buffer.from(password, 'utf16le'))
  const input = Buffer.alloc(4 + value.length)
  for (let round = 0; round < rounds; round += 1) {
    input.writeUInt32LE(round)
    value.copy(input, 4)
    value = hash(name, input, 'buffer')
    if (round % 1000 === 999) await budget.pause(1000)
  }
  return value
}

/** AES without padding, in the mode named, as `aes-256-cbc`. */
export function decryptAes(
  mode: 'cbc' | 'ecb' | 'cfb8',
  key: Buffer,
  iv: Buffer | null,
  bytes: Buffer,
): Buffer {
  const decipher = createDecipheriv(`aes-${key.length * 8}-${mode}`, key, iv)
  decipher.setAutoPadding(false)
  return Buffer.concat([decipher.update(bytes), decipher.final()])
}

/** RC4, which OpenSSL does not offer any more. */
export function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const swap = (a: number, b: number): void => {
    const held = state[a] ?? 0
    state[a] = state[b] ?? 0
    state[b] = held
  }
  for (let a = 0, b = 0; a < 256; a += 1) {
    b = (b + (state[a] ?? 0) + (key[a % key.length] ?? 0)) & 0xff
    swap(a, b)
  }
  let a = 0
  let b = 0
  return Buffer.from(
    bytes.map(byte => {
      a = (a + 1) & 0xff
      b = (b + (state[a] ?? 0)) & 0xff
      swap(a, b)
      return byte ^ (state[((state[a] ?? 0) + (state[b] ?? 0)) & 0xff] ?? 0)
    }),
  )
}

/** Whether a password belongs to the verifier of a 40-bit RC4 header ([MS-OFFCRYPTO] 2.3.6.2). */
export function opensRc4(header: Buffer, password: string): boolean {
  const [salt, verifier] = [header.subarray(0, 16), header.subarray(16, 48)]
  const start = digest('md5', Buffer.from(password, 'utf16le')).subarray(0, 5)
  const repeated = createHash('md5')
  for (let round = 0; round < 16; round += 1) repeated.update(start).update(salt)
  const key = digest('md5', repeated.digest().subarray(0, 5), numberBytes(0))
  const plain = rc4(key, verifier)
  return digest('md5', plain.subarray(0, 16)).equals(plain.subarray(16, 32))
}

/** Whether a password belongs to the verifier of XOR obfuscation ([MS-OFFCRYPTO] 2.3.7.1). */
export function opensXor(verifier: number, password: string): boolean {
  const bytes = Buffer.from(password, 'latin1')
  let value = 0
  for (const byte of [...bytes].toReversed().concat(bytes.length))
    value = (((value >> 14) & 1) | ((value << 1) & 0x7fff)) ^ byte
  return (value ^ 0xce4b) === verifier
}
