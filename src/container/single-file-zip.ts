import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { GatewayError } from '../errors.js'

const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30

const inflateAsync = promisify(inflateRaw)

/**
 * The only file of a plain ZIP archive.
 *
 * Shape   no comment, no encryption, stored or deflated; nothing stands before or between.
 * Gives   undefined for every other archive.
 * Units   `limit` in bytes of the file.
 * Source  PKWARE APPNOTE 6.3, 4.3
 */
export async function onlyFileOf(zip: Buffer, limit: number): Promise<Buffer | undefined> {
  const end = zip.length - END_BYTES
  if (end < 0 || zip.readUInt32LE(end) !== 0x06054b50 || zip.readUInt16LE(end + 10) !== 1)
    return undefined
  const entry = zip.readUInt32LE(end + 16)
  if (entry + ENTRY_BYTES > end || zip.readUInt32LE(entry) !== 0x02014b50) return undefined
  const [flags, method] = [zip.readUInt16LE(entry + 8), zip.readUInt16LE(entry + 10)]
  const [packed, size] = [zip.readUInt32LE(entry + 20), zip.readUInt32LE(entry + 24)]
  const isPlain = (flags & 0x2041) === 0 && (method === 0 || method === 8)
  if (!isPlain || size > limit || zip.readUInt32LE(entry + 42) !== 0) return undefined
  if (zip.length < LOCAL_BYTES || zip.readUInt32LE(0) !== 0x04034b50) return undefined
  const start = LOCAL_BYTES + zip.readUInt16LE(26) + zip.readUInt16LE(28)
  // A data descriptor of up to 24 bytes may follow.
  if (start + packed > entry || entry - start - packed > 24) return undefined
  const data = zip.subarray(start, start + packed)
  const bytes =
    method === 0 ? data : await inflateAsync(data, { maxOutputLength: limit }).catch(notInflated)
  return bytes?.length === size ? bytes : undefined
}

function notInflated(thrown: unknown): undefined {
  if (thrown instanceof Error && 'code' in thrown) return undefined
  throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'an archive' }, thrown)
}
