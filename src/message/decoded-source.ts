import { setImmediate as otherWork } from 'node:timers/promises'
import type { Part } from './mail.js'
import { bufferSource, checkRange, type ByteSource } from './source.js'
import { createTransferDecoder, encodingKind, type TransferDecoder } from './transfer-decoder.js'

/** Encoded bytes between two places where decoding can start. */
const BLOCK = 256 * 1024

/** Blocks of one part that stay decoded. */
const KEPT_BLOCKS = 4

/** Where decoding can start: the encoded byte, the decoded byte, and the decoder as it was there. */
interface Mark {
  readonly from: number
  readonly start: number
  readonly decoder: TransferDecoder
}

/**
 * Transfer-decoded bytes of a part for random access.
 *
 * A part without an encoding is a view of its range. An encoded one of a single block is decoded; of
 * a larger one only marks are kept, and the blocks around what is read are decoded anew.
 *
 * `onDamage` is told when the encoding was broken.
 */
export async function decodedSource(
  source: ByteSource,
  part: Part,
  onDamage: () => void,
): Promise<ByteSource> {
  const { start, end } = part.body
  const kind = part.children.length > 0 ? 'identity' : encodingKind(part.encoding)
  if (kind === 'identity' || kind === 'unknown') return rangeSource(source, start, end)
  const decoder = createTransferDecoder(part.encoding)
  const marks: Mark[] = []
  let decoded = 0
  let only: Buffer | undefined
  // Of a larger part nothing is kept, so that all its blocks go through the same memory.
  const memory = end - start > BLOCK ? blockMemory() : undefined
  for (let at = start; at < end; at += BLOCK) {
    marks.push({ from: at, start: decoded, decoder: decoder.fork() })
    const bytes = await decodeBlock(source, decoder, at, end, memory)
    decoded += bytes.length
    only = bytes
    if (marks.length % 4 === 0) await otherWork()
  }
  if (marks.length === 0) decoder.end()
  if (decoder.isDamaged) onDamage()
  return marks.length <= 1
    ? bufferSource(only ?? Buffer.alloc(0))
    : new MarkedSource(source, marks, end, decoded)
}

function rangeSource(source: ByteSource, start: number, end: number): ByteSource {
  const size = end - start
  return Object.freeze({
    size,
    peek(from: number, to: number): Buffer | undefined {
      checkRange(from, to, size)
      return source.peek(start + from, start + to)
    },
    async read(from: number, to: number): Promise<Buffer> {
      checkRange(from, to, size)
      return source.read(start + from, start + to)
    },
  })
}

class MarkedSource implements ByteSource {
  readonly size: number
  readonly #source: ByteSource
  readonly #marks: readonly Mark[]
  readonly #end: number
  /** Decoded blocks by their index, the one used last at the end. */
  readonly #kept = new Map<number, Buffer>()

  constructor(source: ByteSource, marks: readonly Mark[], end: number, size: number) {
    this.#source = source
    this.#marks = marks
    this.#end = end
    this.size = size
  }

  peek(start: number, end: number): undefined {
    checkRange(start, end, this.size)
  }

  async read(start: number, end: number): Promise<Buffer> {
    checkRange(start, end, this.size)
    const pieces: Buffer[] = []
    for (let index = this.#indexOf(start); index < this.#marks.length; index += 1) {
      const from = this.#marks[index]?.start ?? 0
      if (from >= end) break
      const block = await this.#block(index)
      pieces.push(block.subarray(Math.max(0, start - from), Math.max(0, end - from)))
    }
    const [first] = pieces
    return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
  }

  /** The last block that starts at or before a decoded byte. */
  #indexOf(at: number): number {
    let low = 0
    let high = this.#marks.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#marks[middle]?.start ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return low
  }

  async #block(index: number): Promise<Buffer> {
    const kept = this.#kept.get(index)
    const mark = this.#marks[index]
    if (mark === undefined) return Buffer.alloc(0)
    const block =
      kept ?? (await decodeBlock(this.#source, mark.decoder.fork(), mark.from, this.#end))
    this.#kept.delete(index)
    this.#kept.set(index, block)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_BLOCKS && oldest !== undefined) this.#kept.delete(oldest)
    return block
  }
}

/** Memory for a block as it travels and as it is decoded, used again and again. */
interface BlockMemory {
  readonly encoded: Buffer
  readonly decoded: Buffer
}

function blockMemory(): BlockMemory {
  return { encoded: Buffer.allocUnsafe(BLOCK), decoded: Buffer.allocUnsafe(BLOCK) }
}

/** What one block decodes to; the last one with what the decoder held back. */
async function decodeBlock(
  source: ByteSource,
  decoder: TransferDecoder,
  from: number,
  end: number,
  memory?: BlockMemory,
): Promise<Buffer> {
  const stop = Math.min(end, from + BLOCK)
  const encoded = source.peek(from, stop) ?? (await source.read(from, stop, memory?.encoded))
  const bytes = decoder.write(encoded, memory?.decoded)
  return stop === end ? Buffer.concat([bytes, decoder.end()]) : bytes
}
