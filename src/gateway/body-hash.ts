import { createHash, type Hash } from 'node:crypto'

const BLOCK_BYTES = 65_536

/**
 * SHA-256 of a body without its white space: what a message is known by from one pass to the next.
 *
 * Postfix may fold long lines and add a line end on the way (`smtp_line_length_limit`); nothing else
 * changes between its own services on one machine.
 */
export class BodyHash {
  readonly #hash: Hash = createHash('sha256')
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES)
  #filled = 0

  update(chunk: Buffer): void {
    let filled = this.#filled
    const block = this.#block
    // By index: this loop sees every byte of every message.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number
      if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) continue
      block[filled] = byte
      filled += 1
      if (filled === BLOCK_BYTES) {
        this.#hash.update(block)
        filled = 0
      }
    }
    this.#filled = filled
  }

  /** Hexadecimal; ends the hash. */
  digest(): string {
    return this.#hash.update(this.#block.subarray(0, this.#filled)).digest('hex')
  }
}

/** The hash of a body that comes in pieces. */
export async function hashOf(body: AsyncIterable<Buffer>): Promise<string> {
  const hash = new BodyHash()
  for await (const chunk of body) hash.update(chunk)
  return hash.digest()
}
