/** Longest request that is read: a map's name and a key, neither of which is longer than an address. */
const MAX_LENGTH = 4096
const MAX_DIGITS = 4

const COLON = 0x3a
const COMMA = 0x2c
const ZERO = 0x30
const NINE = 0x39

/**
 * Takes netstrings out of a stream of bytes.
 *
 * Shape   `LENGTH:BYTES,` with LENGTH in decimal digits, without a leading zero but for `0:,`
 * Source  socketmap_table(5); https://cr.yp.to/proto/netstrings.txt
 */
export class NetstringReader {
  #buffer: Buffer = Buffer.alloc(0)

  /**
   * Adds bytes. Gives the strings that are whole now, as latin1, and never more than fit in `bytes`.
   *
   * Throws  RangeError for what is no netstring, or one over 4,096 bytes; nothing can be read then.
   */
  push(bytes: Buffer): readonly string[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes])
    const found: string[] = []
    let start = 0
    for (;;) {
      const length = lengthAt(this.#buffer, start)
      if (length === undefined) break
      const { value, digits } = length
      const end = start + digits + 1 + value
      if (end >= this.#buffer.length) break
      if (this.#buffer[end] !== COMMA) throw new RangeError('a netstring without its comma')
      found.push(this.#buffer.toString('latin1', start + digits + 1, end))
      start = end + 1
    }
    this.#buffer = this.#buffer.subarray(start)
    return found
  }
}

/** Undefined while the digits are not all there. */
function lengthAt(
  buffer: Buffer,
  start: number,
): { readonly value: number; readonly digits: number } | undefined {
  let value = 0
  for (let digits = 0; digits <= MAX_DIGITS; digits += 1) {
    const byte = buffer[start + digits]
    if (byte === undefined) return undefined
    if (byte === COLON && digits > 0) {
      if (value > MAX_LENGTH) throw new RangeError('a netstring that is too long')
      return { value, digits }
    }
    const isDigit = byte >= ZERO && byte <= NINE
    if (!isDigit || (digits === 1 && value === 0)) throw new RangeError('no netstring')
    value = value * 10 + byte - ZERO
  }
  throw new RangeError('a netstring that is too long')
}

/** `text` has latin1 characters only. */
export function netstring(text: string): string {
  return `${text.length}:${text},`
}
