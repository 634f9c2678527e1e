import { GatewayError } from '../errors.js'

/** Reads the header of a 7z archive value by value. Throws ERR_CONTAINER_TRUNCATED at its end. */
export class SevenZipCursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.take(1)[0] ?? 0
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0)
  }

  /**
   * A number of variable length: the leading ones of the first byte count the bytes that follow.
   *
   * Throws  ERR_CONTAINER_MALFORMED for one that is not safe to count with.
   */
  number(): number {
    const first = this.byte()
    let mask = 0x80
    let value = 0
    for (let index = 0; index < 8; index += 1, mask >>= 1) {
      if ((first & mask) === 0) return checked(value + (first & (mask - 1)) * 256 ** index)
      value += this.byte() * 256 ** index
    }
    return checked(value)
  }

  /** Flags, the first in the highest bit. */
  bits(count: number): readonly boolean[] {
    const bytes = this.take(Math.ceil(count / 8))
    return Array.from({ length: count }, (_, index) => {
      const byte = bytes[index >> 3] ?? 0
      return (byte & (0x80 >> (index & 7))) !== 0
    })
  }

  take(size: number): Buffer {
    const end = this.#at + size
    if (end > this.#bytes.length) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}

function checked(value: number): number {
  if (!Number.isSafeInteger(value))
    throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'a number is too large' })
  return value
}
