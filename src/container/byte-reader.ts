import { GatewayError } from '../errors.js'

/** Most bytes that one `read` may ask for: what is larger is streamed or skipped. */
const READ_LIMIT = 64 * 1024

/**
 * Reads a stream of chunks piece by piece and only forwards, holding one chunk.
 *
 * Throws  ERR_CONTAINER_TRUNCATED when the stream ends before what was asked for.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #position = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position
  }

  /** True once nothing is left. */
  async atEnd(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#chunks.next()
      if (next.done === true) return true
      this.#chunk = next.value
      this.#at = 0
    }
    return false
  }

  /** The next `size` bytes, or what is left, without taking them; for a few bytes. */
  async lookahead(size: number): Promise<Buffer> {
    while (this.#chunk.length - this.#at < size) {
      const next = await this.#chunks.next()
      if (next.done === true) break
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), next.value])
      this.#at = 0
    }
    return this.#chunk.subarray(this.#at, this.#at + size)
  }

  /** Exactly `size` bytes, at most 64 KiB. */
  async read(size: number): Promise<Buffer> {
    const bytes = await this.upTo(size)
    if (bytes.length < size) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    return bytes
  }

  async byte(): Promise<number> {
    if (await this.atEnd()) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
    this.#position += 1
    return this.#chunk[this.#at++] ?? 0
  }

  /** `size` bytes, or what is left; at most 64 KiB. */
  async upTo(size: number): Promise<Buffer> {
    if (size > READ_LIMIT)
      throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'a field is too long' })
    const pieces: Buffer[] = []
    let missing = size
    while (missing > 0 && !(await this.atEnd())) {
      const piece = this.#take(missing)
      pieces.push(piece)
      missing -= piece.length
    }
    const [only] = pieces
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
  }

  async skip(size: number): Promise<void> {
    let missing = size
    while (missing > 0) {
      if (await this.atEnd()) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
      missing -= this.#take(missing).length
    }
  }

  /** The next `size` bytes as they come; without a size, all that is left. */
  async *stream(size = Infinity): AsyncGenerator<Buffer, void, void> {
    let missing = size
    while (missing > 0) {
      if (await this.atEnd()) {
        if (size === Infinity) return
        throw new GatewayError('ERR_CONTAINER_TRUNCATED')
      }
      const piece = this.#take(missing)
      missing -= piece.length
      yield piece
    }
  }

  /** Lets go of the source; to be called when not everything was read. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  #take(most: number): Buffer {
    const piece = this.#chunk.subarray(this.#at, this.#at + most)
    this.#at += piece.length
    this.#position += piece.length
    return piece
  }
}
