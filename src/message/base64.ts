import { decodeRun, RUN_BYTES } from './base64-run.js'
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

/** Below this many bytes the loop over them is as fast as anything else. */
const LEAST_RUN = 128

/** Bytes from a place inside a group to its end: three characters, with line breaks. */
const MOST_TRIES = 8

class Base64Decoder implements TransferDecoder {
  isDamaged = false
  #bits = 0
  #count = 0
  #hasPadding = false

  write(chunk: Buffer, memory?: Buffer): Buffer {
    const room = Math.ceil((chunk.length + 3) / 4) * 3
    const out = memory !== undefined && memory.length >= room ? memory : Buffer.allocUnsafe(room)
    let size = 0
    let at = 0
    while (chunk.length - at >= LEAST_RUN) {
      // A run begins with a group of its own, and what comes after padding is for the loop.
      for (let tries = 0; this.#count > 0 && tries < MOST_TRIES; tries += 1, at += 1)
        size += this.#byBytes(chunk, at, at + 1, out, size)
      const isAligned = this.#count === 0 && !this.#hasPadding
      const run = isAligned ? decodeRun(chunk, at, out, size) : undefined
      size += run?.size ?? this.#byBytes(chunk, at, at + RUN_BYTES, out, size)
      at = run?.stop ?? Math.min(chunk.length, at + RUN_BYTES)
    }
    size += this.#byBytes(chunk, at, chunk.length, out, size)
    return out.subarray(0, size)
  }

  /** Decodes the bytes from `from` to `to` one by one and says how many went into `out` at `start`. */
  #byBytes(chunk: Buffer, from: number, to: number, out: Buffer, start: number): number {
    const stop = Math.min(to, chunk.length)
    let size = start
    let bits = this.#bits
    let count = this.#count
    for (let at = from; at < stop; at++) {
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
    return size - start
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
