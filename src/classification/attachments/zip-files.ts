import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import type { Budget } from '../../container/budget.js'
import { readUpTo, streamOf, viewOf, type ByteView } from '../../container/byte-view.js'
import { inflateFront } from '../../container/deflated.js'
import { inflated } from '../../container/inflated.js'
import { placeOf, readZipDirectory, type ZipEntry } from '../../container/zip-directory.js'
import { findZipEnd } from '../../container/zip-end.js'
import { GatewayError } from '../../errors.js'

/** A file in a ZIP archive. */
export interface ZipFile {
  readonly name: string
  readonly isEncrypted: boolean
  /** Stored or deflated: what every program can unpack. */
  readonly canUnpack: boolean
  /** At most some hundred bytes from its front. */
  front(): Promise<Buffer>
  /** Its bytes as they are unpacked; they are taken from the budget. */
  pieces(): AsyncIterable<Buffer>
}

/** Bytes from the front of a packed file. */
const FRONT_BYTES = 512

const ENCRYPTED = 0x0001
const IN_UTF8 = 0x0800

/**
 * The files of a ZIP archive, by its directory.
 *
 * Gives   undefined when there is no directory.
 * Throws  ERR_CONTAINER_… when it is damaged, encrypted or too large.
 */
export async function zipFiles(
  bytes: Buffer,
  budget: Budget,
): Promise<readonly ZipFile[] | undefined> {
  const view = viewOf(bytes)
  const end = await findZipEnd(view)
  if (end === undefined) return undefined
  const { entries, start } = await readZipDirectory(view, end, budget)
  return entries
    .filter(({ name }) => !name.endsWith('/'))
    .map(entry => zipFile(view, entry, start, budget))
}

function zipFile(view: ByteView, entry: ZipEntry, directoryStart: number, budget: Budget): ZipFile {
  const { method } = entry
  const place = async (): Promise<{ start: number; stop: number }> =>
    placeOf(view, entry, directoryStart)
  return {
    name: nameOf(entry),
    isEncrypted: (entry.flags & ENCRYPTED) !== 0,
    canUnpack: method === 0 || method === 8,
    async front() {
      const { start, stop } = await place()
      const packed = await readUpTo(view, start, Math.min(FRONT_BYTES, stop - start))
      return method === 8 ? (inflateFront(packed) ?? Buffer.alloc(0)) : packed
    },
    async *pieces() {
      const { start, stop } = await place()
      const packed = streamOf(view, start, stop)
      for await (const piece of method === 8 ? inflated(packed, Infinity, 'raw') : packed) {
        budget.takeBytes(piece.length)
        yield piece
      }
    },
  }
}

/** All bytes of a file. Throws ERR_CONTAINER_LIMIT when the budget does not suffice. */
export async function wholeFile(file: ZipFile): Promise<Buffer> {
  if (!file.canUnpack)
    throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'its compression is not known' })
  const pieces: Buffer[] = []
  for await (const piece of file.pieces()) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Old programs write the character set of MS-DOS (APPNOTE, appendix D). */
function nameOf({ name, flags }: ZipEntry): string {
  const bytes = Buffer.from(name, 'latin1')
  return (flags & IN_UTF8) !== 0 || isUtf8(bytes)
    ? bytes.toString('utf8')
    : iconv.decode(bytes, 'cp437')
}
