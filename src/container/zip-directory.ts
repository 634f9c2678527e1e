import { GatewayError } from '../errors.js'
import type { Budget } from './budget.js'
import { ByteReader } from './byte-reader.js'
import { readAt, streamOf, type ByteView } from './byte-view.js'
import type { ZipEnd } from './zip-end.js'

const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30

/** Fields of an entry that its local header repeats (APPNOTE 4.3.7 and 4.3.12). */
interface ZipHeader {
  readonly flags: number
  readonly method: number
  readonly extra: Buffer
}

/** One entry of the directory of a ZIP archive. */
export interface ZipEntry extends ZipHeader {
  /** As it stands, latin1. */
  readonly name: string
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  /** First byte of its local header. */
  readonly at: number
}

/** An entry as both its headers describe it, and where its data lie. */
export interface ZipPlace {
  readonly local: ZipHeader
  readonly start: number
  readonly stop: number
}

/** The directory of a ZIP archive, with where it stands. */
export interface ZipDirectory extends ZipEnd {
  readonly entries: readonly ZipEntry[]
}

/**
 * Reads the directory that the end record of a ZIP archive names; none of it when it is encrypted.
 *
 * Throws  ERR_CONTAINER_MALFORMED when the directory is not what the end record says.
 */
export async function readZipDirectory(
  view: ByteView,
  end: ZipEnd,
  budget: Budget,
): Promise<ZipDirectory> {
  if (end.cipher !== 0) return { ...end, entries: [] }
  const entries: ZipEntry[] = []
  const reader = new ByteReader(streamOf(view, end.start, end.stop))
  try {
    for (;;) {
      const entry = await readEntry(reader, end.shift)
      if (entry === undefined) break
      budget.takeEntries(1)
      await budget.pause(1)
      entries.push(entry)
    }
  } finally {
    await reader.close()
  }
  // Some writers count modulo 65536.
  if ((entries.length & 0xffff) !== (end.count & 0xffff) || entries.length < end.count % 0x10000)
    throw malformed('the directory has another number of entries than its end says')
  return { ...end, entries }
}

async function readEntry(reader: ByteReader, shift: number): Promise<ZipEntry | undefined> {
  const start = await reader.lookahead(4)
  if (start.length < 4 || start.readUInt32LE(0) !== ENTRY) return undefined
  const head = await reader.read(46)
  const name = (await reader.read(head.readUInt16LE(28))).toString('latin1')
  const extra = await reader.read(head.readUInt16LE(30))
  await reader.skip(head.readUInt16LE(32))
  const large = largeFields(extra, [
    head.readUInt32LE(24),
    head.readUInt32LE(20),
    head.readUInt32LE(42),
  ])
  const [bytes = 0, packedBytes = 0, offset = 0] = large
  return {
    name,
    flags: head.readUInt16LE(8),
    method: head.readUInt16LE(10),
    crc: head.readUInt32LE(16),
    packedBytes,
    bytes,
    at: offset + shift,
    extra,
  }
}

/** Size, packed size and offset: what does not fit in 32 bits stands in the extra field 0x0001. */
function largeFields(extra: Buffer, small: readonly number[]): readonly number[] {
  const field = extraField(extra, 0x0001)
  let at = 0
  return small.map(value => {
    if (value !== 0xffffffff || field === undefined) return value
    if (at + 8 > field.length) throw malformed('a large size is missing')
    const large = Number(field.readBigUInt64LE(at))
    at += 8
    return large
  })
}

/** The data of an extra field; undefined when there is none of this number. */
export function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === id && at + 4 + size <= extra.length)
      return extra.subarray(at + 4, at + 4 + size)
    at += 4 + size
  }
  return undefined
}

/**
 * Reads the local header of an entry.
 *
 * Throws  ERR_CONTAINER_MALFORMED where there is none, ERR_CONTAINER_TRUNCATED when its data reach
 *         into the directory or behind the end.
 */
export async function placeOf(
  view: ByteView,
  entry: ZipEntry,
  directoryStart: number,
): Promise<ZipPlace> {
  const head = await readAt(view, entry.at, LOCAL_BYTES)
  if (head.readUInt32LE(0) !== LOCAL) throw malformed('an entry is not where the directory says')
  const nameBytes = head.readUInt16LE(26)
  const extraBytes = head.readUInt16LE(28)
  const extra = await readAt(view, entry.at + LOCAL_BYTES + nameBytes, extraBytes)
  const start = entry.at + LOCAL_BYTES + nameBytes + extraBytes
  const stop = start + entry.packedBytes
  if (stop > directoryStart) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
  const local = { flags: head.readUInt16LE(6), method: head.readUInt16LE(8), extra }
  return { local, start, stop }
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
