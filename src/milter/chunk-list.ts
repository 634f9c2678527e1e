/** From this size on a chunk that fills most of its memory is kept as it is. */
const KEPT_BYTES = 4096
const FIRST_BLOCK_BYTES = 1024
const LARGEST_BLOCK_BYTES = 65_536

/**
 * Bytes collected from chunks.
 *
 * A large chunk is kept without copying. Small ones, and small views of large memory, are copied
 * together: a peer that sends single bytes must not make us keep an object for each.
 */
export class ChunkList {
  #chunks: Buffer[] = []
  /** Block being filled, and how much of it is. */
  #block: Buffer | undefined
  #filled = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length
    if (chunk.length >= KEPT_BYTES && chunk.length * 2 >= chunk.buffer.byteLength) {
      this.#endBlock()
      this.#chunks.push(chunk)
      return
    }
    let at = 0
    while (at < chunk.length) {
      const block = this.#roomFor(chunk.length - at)
      const copied = chunk.copy(block, this.#filled, at)
      at += copied
      this.#filled += copied
    }
  }

  /** The bytes in order, in as few pieces as there are. */
  list(): readonly Buffer[] {
    this.#endBlock()
    return this.#chunks
  }

  /** Bytes `start` to `end`; the first call that crosses pieces joins them all, once. */
  slice(start: number, end: number): Buffer {
    const pieces = this.list()
    if (pieces.length > 1) this.#chunks = [Buffer.concat(pieces)]
    return this.#chunks[0]?.subarray(start, end) ?? Buffer.alloc(0)
  }

  #roomFor(bytes: number): Buffer {
    if (this.#block !== undefined && this.#filled < this.#block.length) return this.#block
    const doubled = (this.#block?.length ?? 0) * 2
    this.#endBlock()
    const size = Math.min(LARGEST_BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, bytes, doubled))
    this.#block = Buffer.allocUnsafeSlow(size)
    return this.#block
  }

  #endBlock(): void {
    if (this.#block !== undefined) this.#chunks.push(this.#block.subarray(0, this.#filled))
    this.#block = undefined
    this.#filled = 0
  }
}
