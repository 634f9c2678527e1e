import { createDecipheriv, createHash } from 'node:crypto'
import type { Budget } from './budget.js'

export const AES_METHOD = '06f10701'

/** Most rounds that 7-Zip itself accepts, as a power of two. */
const POWER_LIMIT = 24

/** A key that is no hash: salt and password as they stand. */
const NO_HASH = 0x3f

/** Rounds that are hashed at once. */
const ROUNDS_AT_ONCE = 4096

/** What one of these rounds costs: eight bytes more of one long hash. */
const ROUND_COST = 0.01

export interface SevenZipAes {
  readonly power: number
  readonly salt: Buffer
  readonly iv: Buffer
}

/** Reads the properties of the method; undefined for what 7-Zip would refuse. */
export function readSevenZipAes(properties: Buffer): SevenZipAes | undefined {
  const [first, second = 0] = properties
  if (first === undefined) return undefined
  const power = first & 0x3f
  if (power > POWER_LIMIT && power !== NO_HASH) return undefined
  if ((first & 0xc0) === 0) return { power, salt: Buffer.alloc(0), iv: Buffer.alloc(16) }
  const saltBytes = (first >> 7) + (second >> 4)
  const ivBytes = ((first >> 6) & 1) + (second & 0x0f)
  if (properties.length < 2 + saltBytes + ivBytes) return undefined
  const iv = Buffer.alloc(16)
  properties.copy(iv, 0, 2 + saltBytes, 2 + saltBytes + ivBytes)
  return { power, salt: properties.subarray(2, 2 + saltBytes), iv }
}

/** What the empty password makes of ciphertext; blocks that are not whole are left out. */
export async function decryptEmpty(
  aes: SevenZipAes,
  ciphertext: Buffer,
  budget: Budget,
): Promise<Buffer> {
  const key = await emptyKey(aes, budget)
  const decipher = createDecipheriv('aes-256-cbc', key, aes.iv).setAutoPadding(false)
  return decipher.update(ciphertext.subarray(0, ciphertext.length - (ciphertext.length % 16)))
}

/** SHA-256 over salt, password and a counter of eight bytes, for each round. */
async function emptyKey({ power, salt }: SevenZipAes, budget: Budget): Promise<Buffer> {
  if (power === NO_HASH) return Buffer.concat([salt, Buffer.alloc(32)]).subarray(0, 32)
  const rounds = 2 ** power
  budget.takeRounds(rounds * ROUND_COST)
  const hash = createHash('sha256')
  const step = salt.length + 8
  const atOnce = Math.min(rounds, ROUNDS_AT_ONCE)
  const block = Buffer.alloc(atOnce * step)
  for (let index = 0; index < atOnce; index += 1) salt.copy(block, index * step)
  for (let round = 0; round < rounds; round += atOnce) {
    for (let index = 0; index < atOnce; index += 1)
      block.writeUInt32LE(round + index, index * step + salt.length)
    hash.update(block)
    await budget.pause(100)
  }
  return hash.digest()
}
