import { crc32 } from 'node:zlib'
import { Budget } from './budget.js'
import { readAt, viewOf, type ByteView } from './byte-view.js'
import { inflateWhole } from './deflated.js'
import { guardWalk } from './guard.js'
import { placeOf, readZipDirectory } from './zip-directory.js'
import { findZipEnd } from './zip-end.js'

/** Encrypted, strongly encrypted, or with masked headers (APPNOTE 4.4.4: bits 0, 6 and 13). */
const PROTECTED = 0x2041

/** A data descriptor that may follow the data. */
const DESCRIPTOR_BYTES = 24

/**
 * The only file of a plain ZIP archive.
 *
 * Shape   no comment, no encryption, stored or deflated; nothing stands before, between or behind.
 * Gives   undefined for every other archive.
 * Units   `limit` in bytes of the file.
 */
export async function onlyFileOf(zip: Buffer, limit: number): Promise<Buffer | undefined> {
  const view = viewOf(zip)
  const budget = new Budget({ maxEntries: 1, maxUnpackedBytes: limit })
  const found = await guardWalk('ZIP', () => readOnlyFile(view, budget))
  return Buffer.isBuffer(found) ? found : undefined
}

async function readOnlyFile(view: ByteView, budget: Budget): Promise<Buffer | undefined> {
  const end = await findZipEnd(view)
  if (end === undefined || end.problem !== undefined || end.hasComment) return undefined
  if (end.end !== view.size || end.cipher !== 0) return undefined
  const [entry] = (await readZipDirectory(view, end, budget)).entries
  if (entry === undefined || entry.at !== 0 || entry.bytes > budget.bytesLeft) return undefined
  const { local, start, stop } = await placeOf(view, entry, end.start)
  const isPlain = ((entry.flags | local.flags) & PROTECTED) === 0
  if (!isPlain || end.start - stop > DESCRIPTOR_BYTES) return undefined
  const bytes = await contentOf(view, entry.method, start, stop, budget)
  return bytes?.length === entry.bytes && crc32(bytes) === entry.crc ? bytes : undefined
}

async function contentOf(
  view: ByteView,
  method: number,
  start: number,
  stop: number,
  budget: Budget,
): Promise<Buffer | undefined> {
  if (method === 0) return readAt(view, start, stop - start)
  if (method !== 8) return undefined
  const content = await inflateWhole(view, start, stop, budget)
  return content.read(0, content.size)
}
