import { lzma, lzma2 } from '@napi-rs/lzma'
import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { inflateFront } from './deflated.js'

/** Smallest dictionary that a decoder may be asked for. */
const LEAST_DICTIONARY = 4096

/** Methods of 7z that can be taken off, by their number. */
const METHODS: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['', async packed => packed],
  ['00', async packed => packed],
  ['030101', unpackLzma],
  ['21', unpackLzma2],
  ['040108', async packed => inflateFront(packed, packed.length)],
])

type Unpack = (packed: Buffer, properties: Buffer, size: number) => Promise<Buffer | undefined>

export function canUnpack(method: string): boolean {
  return METHODS.has(method)
}

/**
 * The first `size` bytes of what is packed by a method of 7z; they are taken from the budget.
 *
 * Gives   undefined when it is not packed like that, or the method is not known.
 */
export async function unpackBy(
  method: string,
  properties: Buffer,
  packed: Buffer,
  size: number,
  budget: Budget,
): Promise<Buffer | undefined> {
  budget.takeBytes(size)
  const unpack = METHODS.get(method)
  const content = unpack === undefined ? undefined : await unpack(packed, properties, size)
  return content === undefined || content.length < size ? undefined : content.subarray(0, size)
}

/**
 * The header of a .lzma file is put in front: five bytes of properties, and the size. The dictionary
 * never has to be larger than what comes out, whatever the archive asks for.
 */
async function unpackLzma(
  packed: Buffer,
  properties: Buffer,
  size: number,
): Promise<Buffer | undefined> {
  // Each stream of a range coder begins with a zero.
  if (properties.length !== 5 || packed[0] !== 0) return undefined
  const header = Buffer.alloc(13)
  properties.copy(header)
  const wanted = Math.max(LEAST_DICTIONARY, Math.min(properties.readUInt32LE(1), size))
  header.writeUInt32LE(wanted, 1)
  header.writeBigUInt64LE(BigInt(size), 5)
  return decoded(lzma.decompress(Buffer.concat([header, packed])))
}

async function unpackLzma2(
  packed: Buffer,
  _properties: Buffer,
  size: number,
): Promise<Buffer | undefined> {
  const chunks = wholeChunks(packed, size)
  return chunks && decoded(lzma2.decompress(chunks))
}

/**
 * The chunks of LZMA2 that are needed for `size` bytes, with an end mark; undefined for anything
 * else. Their headers say how much comes out, so that nothing grows without bound.
 */
function wholeChunks(packed: Buffer, size: number): Buffer | undefined {
  let at = 0
  let bytes = 0
  while (bytes < size && at + 6 <= packed.length) {
    const control = packed[at] ?? 0
    if (control === 0) break
    if (control < 0x80) {
      if (control > 2) return undefined
      bytes += packed.readUInt16BE(at + 1) + 1
      at += 3 + packed.readUInt16BE(at + 1) + 1
    } else {
      bytes += ((control & 0x1f) << 16) + packed.readUInt16BE(at + 1) + 1
      at += packed.readUInt16BE(at + 3) + 1 + (control >= 0xc0 ? 6 : 5)
    }
  }
  if (bytes < size || at > packed.length) return undefined
  return Buffer.concat([packed.subarray(0, at), Buffer.alloc(1)])
}

/** The decoder rejects what is damaged, and says so in words only. */
async function decoded(work: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof GatewayError || !(thrown instanceof Error)) throw thrown
    return undefined
  }
}
