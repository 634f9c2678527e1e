import { constants, inflateRawSync } from 'node:zlib'
import { looksLikeText } from '../../src/container/looks-like-text.js'

const HEADER_BYTES = 30

/** Bytes that are text for certain. */
const LEAST_TEXT = 32

/**
 * Whether a program that unpacks a ZIP archive from its front on, and never sees its directory (as one
 * in a pipe has to), gets a text out of it.
 */
export function hasTextForReaderInPipe(zip: Buffer): boolean {
  let at = 0
  for (let entries = 0; entries < 100; entries += 1) {
    if (at + HEADER_BYTES > zip.length || zip.toString('latin1', at, at + 4) !== 'PK\x03\x04')
      return false
    const start = at + HEADER_BYTES + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
    const size = zip.readUInt32LE(at + 18)
    const behind = zip.indexOf('PK', start, 'latin1')
    const stop = size > 0 ? start + size : behind < 0 ? zip.length : behind
    if (stop > zip.length) return false
    const isProtected = (zip.readUInt16LE(at + 6) & 1) !== 0
    const content = isProtected ? undefined : unpacked(zip.readUInt16LE(at + 8), start, stop, zip)
    if (content !== undefined && content.length >= LEAST_TEXT && looksLikeText(content)) return true
    at = zip.indexOf('PK\x03\x04', stop, 'latin1')
    // What lies between two entries is at most what follows the data of the first.
    if (at < 0 || at > stop + 24) return false
  }
  return false
}

function unpacked(method: number, start: number, stop: number, zip: Buffer): Buffer | undefined {
  const data = zip.subarray(start, stop)
  if (method === 0) return data
  if (method !== 8) return undefined
  try {
    return inflateRawSync(data, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 1024 * 1024,
    })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return undefined
    throw thrown
  }
}
