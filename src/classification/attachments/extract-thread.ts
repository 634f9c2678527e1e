import { boundArrays } from './bounded-arrays.js'
import type { Extract, ExtractLimits } from './extract.js'
import { extractFile } from './open-file.js'

/** A file for the thread to read. */
export interface ExtractTask {
  readonly bytes: Uint8Array
  readonly limits: ExtractLimits
}

/** Far above what a page takes; a picture in it is not unpacked. */
const MAX_ARRAY_BYTES = 64 * 1024 * 1024

boundArrays(MAX_ARRAY_BYTES)

/** What the thread does with a task; it may be ended at any time. */
export default async function readTask({
  bytes,
  limits,
}: ExtractTask): Promise<readonly Extract[]> {
  const { buffer, byteOffset, length } = bytes
  return extractFile(Buffer.from(buffer, byteOffset, length), limits)
}
