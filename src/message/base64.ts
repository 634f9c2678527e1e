import type { TransferDecoder } from './transfer-decoder.js'

/**
 * A streaming reader of base64.
 *
 * Other characters are skipped (RFC 2045 section 6.8). After padding it starts anew, because some
 * readers stop there and some go on: what comes after must not stay unseen. Both are reported.
 */
export function base64Decoder(): TransferDecoder {
  return new Base64Decoder()
}

const SKIP = 64
const PAD = 65
const GARBAGE = 66

/** Value of each byte: 0 to 63 for the alphabet, else one of the three kinds above. */
const VALUES = new Uint8Array(256).fill(GARBAGE)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (const [value, byte] of Buffer.from(ALPHABET).entries()) VALUES[byte] = value
for (const byte of Buffer.from('\r\n \t')) VALUES[byte] = SKIP
for (const byte of Buffer.from('=')) VALUES[byte] = PAD

class Base64Decoder implements TransferDecoder {
  isDamaged = false
  #bits = 0
  #count = 0
  #hasPadding = false

  write(chunk: Buffer): Buffer {
    const out = Buffer.allocUnsafe(Math.ceil((chunk.length + 3) / 4) * 3)
    let size = 0
    let bits = this.#bits
    let count = this.#count
    for (let at = 0; at < chunk.length; at++) {
      const value = VALUES[chunk[at] ?? 0] ?? GARBAGE
      if (value < SKIP) {
        if (this.#hasPadding) this.#restart()
        bits = (bits << 6) | value
        if (++count === 4) {
          out[size++] = bits >> 16
          out[size++] = (bits >> 8) & 255
          out[size++] = bits & 255
          bits = 0
          count = 0
        }
      } else if (value === PAD) {
        this.#hasPadding = true
        size += this.#flush(bits, count, out, size)
        bits = 0
        count = 0
      } else if (value === GARBAGE) {
        this.isDamaged = true
      }
    }
    this.#bits = bits
    this.#count = count
    return out.subarray(0, size)
  }

  end(): Buffer {
    if (this.#count > 0) this.isDamaged = true
    const out = Buffer.alloc(2)
    const size = this.#flush(this.#bits, this.#count, out, 0)
    this.#count = 0
    return out.subarray(0, size)
  }

  fork(): TransferDecoder {
    const fork = new Base64Decoder()
    fork.isDamaged = this.isDamaged
    fork.#bits = this.#bits
    fork.#count = this.#count
    fork.#hasPadding = this.#hasPadding
    return fork
  }

  #restart(): void {
    this.isDamaged = true
    this.#hasPadding = false
  }

  /** Writes what a quantum of 2 or 3 characters holds and says how many bytes it was. */
  #flush(bits: number, count: number, out: Buffer, at: number): number {
    if (count === 1) this.isDamaged = true
    if (count === 2) out[at] = bits >> 4
    if (count === 3) {
      out[at] = bits >> 10
      out[at + 1] = (bits >> 2) & 255
    }
    return Math.max(0, count - 1)
  }
}
