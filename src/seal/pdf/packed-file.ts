import { constants, createDeflate, type Deflate } from 'node:zlib'
import { bug } from '../../errors.js'
import { createTransferDecoder, type TransferDecoder } from '../../message/transfer-decoder.js'
import type { SealedFile } from '../container/payload.js'

/**
 * A file of a message on its way into a PDF: its transfer encoding is taken off and it is compressed
 * while the message is read, in the threads that zlib has for that.
 *
 * Shape   `again` reads the content once more, for what is too large to be held packed; it is only
 *         counted before, and packed a second time when it is taken
 */
export class PackedFile {
  readonly file: SealedFile
  readonly #decoder: TransferDecoder
  readonly #deflater: Deflater
  readonly #again: (() => AsyncIterable<Buffer>) | undefined
  #bytes = 0
  #packed: Buffer[] = []
  #packedBytes = 0

  constructor(file: SealedFile, again?: () => AsyncIterable<Buffer>) {
    this.file = file
    this.#again = again
    this.#decoder = createTransferDecoder(file.encoding)
    this.#deflater = new Deflater(again === undefined ? FAST : FASTEST)
  }

  /** Bytes as the sender attached them. */
  get bytes(): number {
    return this.#bytes
  }

  get packedBytes(): number {
    return this.#packedBytes
  }

  /** Takes what lies in its range of a piece of the message that begins at `at`. */
  async write(piece: Buffer, at: number): Promise<void> {
    const { start, end } = this.file
    if (end <= at || start >= at + piece.length) return
    const from = Math.max(0, start - at)
    await this.#add(this.#decoder.write(piece.subarray(from, Math.max(from, end - at))))
  }

  /** No more comes. */
  async end(): Promise<void> {
    await this.#add(this.#decoder.end())
    this.#keep(await this.#deflater.end())
  }

  close(): void {
    this.#deflater.close()
  }

  /**
   * What it was packed into, once: each piece is let go as it is taken.
   *
   * Throws  ERR_BUG when what is read again is not what was read before
   */
  async *pieces(): AsyncGenerator<Buffer, void, void> {
    const again = this.#again
    if (again === undefined) {
      const packed = this.#packed.reverse()
      this.#packed = []
      for (let piece = packed.pop(); piece !== undefined; piece = packed.pop()) yield piece
      return
    }
    const deflater = new Deflater(FASTEST)
    let left = this.#packedBytes
    try {
      for await (const content of again())
        for (const piece of await deflater.write(content)) {
          left -= piece.length
          yield piece
        }
      for (const piece of await deflater.end()) {
        left -= piece.length
        yield piece
      }
    } finally {
      deflater.close()
    }
    if (left !== 0) bug('a file that is another one when it is read again')
  }

  async #add(content: Buffer): Promise<void> {
    this.#bytes += content.length
    if (content.length > 0) this.#keep(await this.#deflater.write(content))
  }

  #keep(pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.#packedBytes += piece.length
    if (this.#again === undefined) this.#packed.push(...pieces)
  }
}

/** Attachments: most are compressed already, and the others are not the message's largest part. */
const FAST = { level: 1 } as const
/** A message: base64 loses its quarter by the frequency of its signs, six times as fast. */
const FASTEST = { level: 1, strategy: constants.Z_HUFFMAN_ONLY } as const

/** What zlib gives, piece by piece. */
class Deflater {
  readonly #deflate: Deflate
  #out: Buffer[] = []

  constructor(options: typeof FAST | typeof FASTEST) {
    this.#deflate = createDeflate(options)
    this.#deflate.on('data', (piece: Buffer) => this.#out.push(piece))
    this.#deflate.on('error', () => undefined)
  }

  async write(content: Buffer): Promise<readonly Buffer[]> {
    await new Promise<void>((done, fail) => {
      this.#deflate.write(content, failed => (failed ? fail(failed) : done()))
    })
    return this.#taken()
  }

  async end(): Promise<readonly Buffer[]> {
    await new Promise<void>((done, fail) => {
      this.#deflate.once('end', done)
      this.#deflate.once('error', fail)
      this.#deflate.end()
    })
    return this.#taken()
  }

  close(): void {
    this.#deflate.destroy()
  }

  #taken(): readonly Buffer[] {
    const out = this.#out
    this.#out = []
    return out
  }
}
