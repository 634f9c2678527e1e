import { constants, crc32, inflateRawSync } from 'node:zlib'
import type { Budget } from './budget.js'
import { readUpTo, streamOf, viewOf, type ByteView } from './byte-view.js'
import { inflated } from './inflated.js'

/** Bytes of deflate that are unpacked at once; they grow to half a megabyte at most. */
const FRONT_BYTES = 512

/** Bytes that a stream of deflate must give before it counts as one; noise fails long before. */
const PROOF_BYTES = 4096

/** Bytes whose number alone tells, where there is no check sum. */
const TELLING_BYTES = 32

/** What the first bytes of a deflate stream unpack to; undefined when they are none. */
export function inflateFront(packed: Buffer, most = FRONT_BYTES): Buffer | undefined {
  try {
    return inflateRawSync(packed.subarray(0, most), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return undefined
    throw thrown
  }
}

/** A whole deflate stream in memory, as a view; its bytes are taken from the budget. */
export async function inflateWhole(
  view: ByteView,
  start: number,
  stop: number,
  budget: Budget,
): Promise<ByteView> {
  const pieces: Buffer[] = []
  for await (const piece of inflated(streamOf(view, start, stop), Infinity, 'raw')) {
    budget.takeBytes(piece.length)
    pieces.push(piece)
  }
  return viewOf(Buffer.concat(pieces))
}

/**
 * Whether bytes that should be ciphertext are a deflate stream that anybody can unpack.
 *
 * `bytes` and `crc` are what the unpacked entry should be; a check sum of 0 says nothing. A stream
 * that is longer than what is looked at counts once it has given 4 KiB: noise fails before that.
 */
export async function canInflate(
  view: ByteView,
  start: number,
  stop: number,
  { bytes, crc }: { readonly bytes: number; readonly crc: number },
): Promise<boolean> {
  const packed = await readUpTo(view, start, Math.min(stop - start, 2 * PROOF_BYTES))
  const front = inflateFront(packed, packed.length)
  if (front === undefined) return false
  if (packed.length === stop - start)
    return front.length === bytes && (crc === 0 ? bytes >= TELLING_BYTES : crc32(front) === crc)
  return front.length >= PROOF_BYTES
}
