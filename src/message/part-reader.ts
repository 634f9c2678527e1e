import type { Part } from './mail.js'
import type { ByteSource } from './source.js'
import { createTransferDecoder, encodingKind } from './transfer-decoder.js'

/** Bytes that are read from the source at once. */
const PIECE = 64 * 1024

/** As many where only the first bytes of a part are wanted. */
const LEAST_PIECE = 1024

/** Source bytes of a range, piece by piece; `memory` may be used for every one of them. */
export async function* readRange(
  source: ByteSource,
  start: number,
  end: number,
  pieceBytes = PIECE,
  memory?: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = start; at < end; at += pieceBytes) {
    const stop = Math.min(end, at + pieceBytes)
    yield source.peek(at, stop) ?? (await source.read(at, stop, memory))
  }
}

/**
 * Transfer-decoded bytes of a part, piece by piece. Containers have no encoding of their own: their
 * bytes come as they stand.
 *
 * `onDamage` is told when the encoding was broken, after the part has been read to its end.
 */
export async function* readDecoded(
  source: ByteSource,
  part: Part,
  onDamage: () => void,
  pieceBytes = PIECE,
): AsyncGenerator<Buffer, void, undefined> {
  const { start, end } = part.body
  const encoding = part.children.length > 0 ? 'binary' : part.encoding
  const decoder = createTransferDecoder(encoding)
  // What is decoded lies elsewhere, so the encoded bytes can go into the same memory each time.
  const isCopied = encodingKind(encoding) === 'base64' && end - start > pieceBytes
  const memory = isCopied ? Buffer.allocUnsafe(pieceBytes) : undefined
  for await (const piece of readRange(source, start, end, pieceBytes, memory)) {
    const bytes = decoder.write(piece)
    if (decoder.isDamaged) onDamage()
    if (bytes.length > 0) yield bytes
  }
  const rest = decoder.end()
  if (decoder.isDamaged) onDamage()
  if (rest.length > 0) yield rest
}

/**
 * At most `maxBytes` from the front of a part, decoded, in memory of its own, and whether there was
 * more. A short text is at hand and not encoded, as most are: it takes no generators.
 */
export async function readFront(
  source: ByteSource,
  part: Part,
  maxBytes: number,
  onDamage: () => void,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const { start, end } = part.body
  const stop = Math.min(end, start + maxBytes)
  if (part.children.length > 0 || encodingKind(part.encoding) === 'identity') {
    const view = source.peek(start, stop)
    if (view !== undefined) return { bytes: Buffer.from(view), isCut: stop < end }
  }
  const pieceBytes = Math.max(LEAST_PIECE, Math.min(PIECE, 2 * maxBytes))
  return takeBytes(readDecoded(source, part, onDamage, pieceBytes), maxBytes)
}

/** At most `maxBytes` from the front of `pieces`, and whether there was more. */
export async function takeBytes(
  pieces: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const taken: Buffer[] = []
  let size = 0
  for await (const piece of pieces) {
    const room = maxBytes - size
    if (piece.length > room) {
      taken.push(piece.subarray(0, room))
      return { bytes: Buffer.concat(taken), isCut: true }
    }
    taken.push(piece)
    size += piece.length
  }
  return { bytes: Buffer.concat(taken), isCut: false }
}
