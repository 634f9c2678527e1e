import { createHash } from 'node:crypto'
import { bug, GatewayError } from '../../errors.js'
import { Twofish, TWOFISH_BLOCK } from './twofish.js'

/** Bytes of one request at most, so that what a counter mode shows of itself stays negligible. */
export const MAX_REQUEST = 2 ** 20

const KEY_BYTES = 32

/**
 * The generator of Fortuna: Twofish-256 in counter mode, with a new key after each request, so that
 * nobody who learns the state can go back to what was given out before.
 *
 * Shape   the counter is little-endian, 0 while there is no seed.
 * Throws  ERR_SEAL_UNSEEDED before the first seed.
 * Source  Ferguson and Schneier, "Practical Cryptography", section 10.4; SHAd-256(m) is
 *         SHA-256(SHA-256(m)), section 6.4
 */
export class Generator {
  #key: Buffer = Buffer.alloc(KEY_BYTES)
  readonly #counter = Buffer.alloc(TWOFISH_BLOCK)

  get isSeeded(): boolean {
    return this.#counter.some(byte => byte !== 0)
  }

  reseed(seed: Uint8Array): void {
    const next = doubleHash(this.#key, seed)
    this.#key.fill(0)
    this.#key = next
    this.#count()
  }

  /** Gives  `size` bytes, at most MAX_REQUEST. */
  bytes(size: number): Buffer {
    if (!Number.isSafeInteger(size) || size < 0 || size > MAX_REQUEST)
      bug(`${size} bytes are asked of the generator`)
    if (!this.isSeeded) throw new GatewayError('ERR_SEAL_UNSEEDED')
    const cipher = new Twofish(this.#key)
    const wanted = this.#blocks(cipher, Math.ceil(size / TWOFISH_BLOCK))
    const next = this.#blocks(cipher, KEY_BYTES / TWOFISH_BLOCK)
    this.#key.fill(0)
    this.#key = next
    wanted.fill(0, size)
    return wanted.subarray(0, size)
  }

  #blocks(cipher: Twofish, count: number): Buffer {
    const blocks = Buffer.alloc(count * TWOFISH_BLOCK)
    for (let at = 0; at < blocks.length; at += TWOFISH_BLOCK) {
      this.#counter.copy(blocks, at)
      cipher.encrypt(blocks.subarray(at, at + TWOFISH_BLOCK))
      this.#count()
    }
    return blocks
  }

  #count(): void {
    for (let at = 0; at < TWOFISH_BLOCK; at += 1) {
      const byte = ((this.#counter[at] ?? 0) + 1) & 255
      this.#counter[at] = byte
      if (byte !== 0) return
    }
  }
}

/** SHAd-256 of the pieces in a row. */
export function doubleHash(...pieces: readonly Uint8Array[]): Buffer {
  const inner = createHash('sha256')
  for (const piece of pieces) inner.update(piece)
  return createHash('sha256').update(inner.digest()).digest()
}
