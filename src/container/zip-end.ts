import { readAt, readUpTo, type ByteView } from './byte-view.js'

const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ENTRY = 0x02014b50

const END_BYTES = 22
const LOCATOR_BYTES = 20
const LONGEST_COMMENT = 0xffff

/** End records that are tried; one that is right is enough, more are a trick. */
const CANDIDATES = 8

/** What the end of an archive says about its directory. */
export interface ZipEnd {
  /** First byte of the directory, and the first byte behind it. */
  readonly start: number
  readonly stop: number
  /** First byte behind the archive, its comment included. */
  readonly end: number
  readonly count: number
  /** Bytes before the archive: offsets inside it count from here. */
  readonly shift: number
  readonly hasComment: boolean
  /** Several archives over each other, or volumes: which entries count depends on the reader. */
  readonly problem: string | undefined
  /** The algorithm that encrypts the directory itself, as its number says; 0 for none. */
  readonly cipher: number
}

/**
 * Finds the end record of a ZIP archive, and by it the directory.
 *
 * Gives   undefined when there is none: no ZIP archive, or one that breaks off.
 * Source  APPNOTE 6.3.10, sections 4.3.14 to 4.3.16; 7.3.4 for an encrypted directory
 */
export async function findZipEnd(view: ByteView): Promise<ZipEnd | undefined> {
  const from = Math.max(0, view.size - LONGEST_COMMENT - END_BYTES)
  const tail = await readUpTo(view, from, LONGEST_COMMENT + END_BYTES)
  const found: ZipEnd[] = []
  let loose: ZipEnd | undefined
  let tried = 0
  const magic = Buffer.from('PK\x05\x06', 'latin1')
  for (
    let at = tail.lastIndexOf(magic);
    at >= 0;
    at = at > 0 ? tail.lastIndexOf(magic, at - 1) : -1
  ) {
    if (at + END_BYTES > tail.length || (tried += 1) > CANDIDATES) continue
    const end = await readEnd(view, from + at, tail.subarray(at, at + END_BYTES))
    if (end === undefined) continue
    if (end.end === view.size) found.push(end)
    else loose ??= end
  }
  const [first, second] = found.length > 0 || loose === undefined ? found : [loose]
  if (first === undefined) return undefined
  return second === undefined ? first : { ...first, problem: 'it has more than one directory' }
}

async function readEnd(view: ByteView, at: number, record: Buffer): Promise<ZipEnd | undefined> {
  const end = at + END_BYTES + record.readUInt16LE(20)
  if (end > view.size) return undefined
  const own = {
    disk: Math.max(record.readUInt16LE(4), record.readUInt16LE(6)),
    count: record.readUInt16LE(10),
    size: record.readUInt32LE(12),
    offset: record.readUInt32LE(16),
    cipher: 0,
  }
  const isSaturated = own.disk === 0xffff || own.count === 0xffff || own.offset === 0xffffffff
  const large = isSaturated || own.size === 0xffffffff ? await readEnd64(view, at) : undefined
  const { disk, count, size, offset, cipher } = large ?? own
  const stop = large?.at ?? at
  const places = await directoryPlaces(view, offset, size, stop, count)
  const [start] = places
  if (start === undefined && cipher === 0) return undefined
  const isVolume = disk !== 0 && large === undefined
  const problem = isVolume
    ? 'one volume of several'
    : places.length > 1
      ? 'its directory can be read in two places'
      : undefined
  return {
    start: start ?? offset,
    stop,
    end,
    count,
    shift: (start ?? offset) - offset,
    hasComment: end > at + END_BYTES,
    problem,
    cipher: start === undefined ? cipher : 0,
  }
}

/** Where the record says, or where its size says: they differ when something precedes the archive. */
async function directoryPlaces(
  view: ByteView,
  offset: number,
  size: number,
  stop: number,
  count: number,
): Promise<readonly number[]> {
  if (size === 0 && count === 0) return [stop]
  const places = new Set([offset, stop - size])
  const right: number[] = []
  for (const place of places) {
    if (place >= stop) continue
    const start = await readUpTo(view, place, 4)
    if (start.length === 4 && start.readUInt32LE(0) === ENTRY) right.push(place)
  }
  return right
}

interface End64 {
  readonly at: number
  readonly disk: number
  readonly count: number
  readonly size: number
  readonly offset: number
  readonly cipher: number
}

/** The record of a large archive lies before its locator, which lies before the end record. */
async function readEnd64(view: ByteView, endAt: number): Promise<End64 | undefined> {
  const locator = await readUpTo(view, endAt - LOCATOR_BYTES, LOCATOR_BYTES)
  if (locator.length < LOCATOR_BYTES || locator.readUInt32LE(0) !== LOCATOR_64) return undefined
  const said = Number(locator.readBigUInt64LE(8))
  // A record without extensions is 56 bytes; behind a prefix only that place is right.
  for (const at of [said, endAt - LOCATOR_BYTES - 56]) {
    const record = await readUpTo(view, at, 56)
    if (record.length < 56 || record.readUInt32LE(0) !== END_64) continue
    const version = record.readUInt16LE(14)
    const extension = version >= 62 ? await readUpTo(view, at + 56, 28) : Buffer.alloc(0)
    return {
      at,
      disk: Math.max(record.readUInt32LE(16), record.readUInt32LE(20)),
      count: Number(record.readBigUInt64LE(32)),
      size: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
      cipher: extension.length < 28 ? 0 : extension.readUInt16LE(18),
    }
  }
  return undefined
}

/** Whether an archive starts here, as far as its first bytes say. */
export async function startsLikeZip(view: ByteView): Promise<boolean> {
  if (view.size < 4) return false
  const head = (await readAt(view, 0, 4)).toString('latin1')
  return head === 'PK\x03\x04' || head === 'PK\x05\x06' || head === 'PK\x07\x08'
}
