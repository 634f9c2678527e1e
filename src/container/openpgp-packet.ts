import { GatewayError } from '../errors.js'
import type { ByteReader } from './byte-reader.js'

/** A packet of an OpenPGP message; its content has been walked over to the end. */
export interface OpenPgpPacket {
  readonly tag: number
  /** Bytes of its content. */
  readonly bytes: number
  /** The first of them, at most 4 KiB. */
  readonly head: Buffer
  /** The last of them, at most 64. */
  readonly tail: Buffer
}

const HEAD_BYTES = 4096
const TAIL_BYTES = 64

/** Packets whose content may come in pieces or run to the end: data of any kind (RFC 9580, 4.2.1.4). */
const DATA_TAGS = new Set([8, 9, 11, 18, 20])

/**
 * Takes the next packet off a stream, in the old or the new format.
 *
 * Gives   undefined at the end of the stream, and for a byte that starts no packet.
 * Throws  ERR_CONTAINER_TRUNCATED, ERR_CONTAINER_MALFORMED
 * Source  RFC 9580, section 4.2
 */
export async function readPacket(reader: ByteReader): Promise<OpenPgpPacket | undefined> {
  if (await reader.atEnd()) return undefined
  const first = await reader.byte()
  if ((first & 0x80) === 0) return undefined
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  if (tag === 0) return undefined
  const pieces = isNew ? newLengths(reader, tag) : oldLength(reader, tag, first & 0x03)
  const head: Buffer[] = []
  let tail: Buffer = Buffer.alloc(0)
  let bytes = 0
  for await (const length of pieces) {
    for await (const chunk of reader.stream(length)) {
      if (bytes < HEAD_BYTES) head.push(Buffer.from(chunk.subarray(0, HEAD_BYTES - bytes)))
      const last = chunk.subarray(-TAIL_BYTES)
      tail = Buffer.concat([tail, last]).subarray(-TAIL_BYTES)
      bytes += chunk.length
    }
  }
  return { tag, bytes, head: Buffer.concat(head), tail }
}

/** Lengths of the pieces of a new-format packet; each is asked for after the one before was read. */
async function* newLengths(reader: ByteReader, tag: number): AsyncGenerator<number, void, void> {
  for (;;) {
    const first = await reader.byte()
    if (first < 192) return yield first
    if (first < 224) return yield (first - 192) * 256 + (await reader.byte()) + 192
    if (first === 255) return yield (await reader.read(4)).readUInt32BE()
    if (!DATA_TAGS.has(tag)) throw malformed('a packet of this kind cannot come in pieces')
    yield 2 ** (first & 0x1f)
  }
}

async function* oldLength(
  reader: ByteReader,
  tag: number,
  lengthType: number,
): AsyncGenerator<number, void, void> {
  if (lengthType < 3) yield (await reader.read(2 ** lengthType)).readUIntBE(0, 2 ** lengthType)
  else if (DATA_TAGS.has(tag)) yield Infinity
  else throw malformed('a packet of this kind cannot run to the end')
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
