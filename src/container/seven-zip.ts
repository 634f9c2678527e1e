import { crc32 } from 'node:zlib'
import { GatewayError } from '../errors.js'
import { partOf, readAt, readUpTo, type ByteView } from './byte-view.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import { judgeMembers, type Member } from './members.js'
import { SevenZipCursor } from './seven-zip-cursor.js'
import { isAes, judgeFolder, unpackFolder } from './seven-zip-folder.js'
import { ID, readStreams, type SevenZipFolder } from './seven-zip-streams.js'
import { archiveStarts, judgeOutside } from './surroundings.js'

const MAGIC = Buffer.from('377abcaf271c', 'hex')

const START_BYTES = 32

/** Largest header that is read. */
const HEADER_LIMIT = 16 * 1024 * 1024

/** Headers that are packed inside packed ones. */
const PACKED_HEADERS = 4

/**
 * Judges a 7z archive: by its header, which may be packed or encrypted itself, and by the bytes of
 * its streams.
 *
 * Gives   undefined for what is no 7z archive.
 * Source  7-Zip, DOC/7zFormat.txt
 */
export async function judgeSevenZip(
  view: ByteView,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  for (const start of await archiveStarts(view, MAGIC)) {
    const head = await readUpTo(view, start, START_BYTES)
    const isRight = head.length === START_BYTES && crc32(head.subarray(12)) === head.readUInt32LE(8)
    if (isRight) return guardContent('7z', '7z', () => judgeFrom(view, start, head, context))
    if (start === 0) return { system: '7z', verdict: 'unknown', why: '7z: its start is damaged' }
  }
  return undefined
}

async function judgeFrom(
  view: ByteView,
  start: number,
  head: Buffer,
  context: WalkContext,
): Promise<ContentJudgement> {
  const offset = Number(head.readBigUInt64LE(12))
  const size = Number(head.readBigUInt64LE(20))
  const outside = await judgeOutside(view, 0, start, 'in front')
  if (size === 0) return judgeMembers('7z', '7z', outside)
  if (size > HEADER_LIMIT) throw new GatewayError('ERR_CONTAINER_LIMIT', { what: 'its header' })
  const content = partOf(view, start + START_BYTES, view.size)
  const header = await readAt(content, offset, size)
  if (crc32(header) !== head.readUInt32LE(28))
    throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'the check sum of its header' })
  const behind = await judgeOutside(content, offset + size, content.size, 'behind the end')
  const found = await readHeader(content, header, context)
  const members = [...outside, ...behind, ...found.members]
  for (const folder of found.folders) members.push(...(await judgeFolder(content, folder, context)))
  members.push(...(await judgeRest(content, found, offset)))
  const judgement = judgeMembers('7z', '7z', members)
  if (judgement.verdict !== 'encrypted') return judgement
  const names = found.isHidden ? 'the names are protected too' : 'their names are readable'
  return { ...judgement, why: `${judgement.why}; ${names}` }
}

interface Header {
  readonly folders: readonly SevenZipFolder[]
  /** Folders that hold headers. */
  readonly headers: readonly SevenZipFolder[]
  /** What an encrypted header stands for: everything. */
  readonly members: readonly Member[]
  readonly isHidden: boolean
}

/** Unpacks the header until it describes the files; one that is encrypted hides all of them. */
async function readHeader(
  content: ByteView,
  packed: Buffer,
  context: WalkContext,
): Promise<Header> {
  const headers: SevenZipFolder[] = []
  let header = packed
  for (let depth = 0; depth <= PACKED_HEADERS; depth += 1) {
    const cursor = new SevenZipCursor(header)
    const id = cursor.number()
    if (id === ID.header)
      return { folders: readFolders(cursor, context), headers, members: [], isHidden: false }
    if (id !== ID.encodedHeader) break
    const [folder] = readStreams(cursor, context.budget)
    if (folder === undefined) break
    headers.push(folder)
    if (folder.coders.some(isAes)) {
      const members = await judgeFolder(content, folder, context)
      return { folders: [], headers, members, isHidden: true }
    }
    const unpacked = await unpackFolder(content, folder, context)
    if (unpacked === undefined)
      throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'its header cannot be unpacked' })
    header = unpacked
  }
  throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'its header' })
}

function readFolders(cursor: SevenZipCursor, { budget }: WalkContext): readonly SevenZipFolder[] {
  let id = cursor.number()
  if (id === ID.archiveProperties) {
    for (let property = cursor.number(); property !== ID.end; property = cursor.number())
      cursor.take(cursor.number())
    id = cursor.number()
  }
  if (id === ID.additionalStreams) {
    readStreams(cursor, budget)
    id = cursor.number()
  }
  return id === ID.mainStreams ? readStreams(cursor, budget) : []
}

/** Bytes before the header that no stream accounts for. */
async function judgeRest(
  content: ByteView,
  { folders, headers, isHidden }: Header,
  end: number,
): Promise<readonly Member[]> {
  const members: Member[] = []
  let at = 0
  const streams = [...folders, ...headers].flatMap(({ packed }) => packed)
  for (const { start, stop } of streams.toSorted((a, b) => a.start - b.start)) {
    members.push(...(await judgeOutside(content, at, start, 'between')))
    at = Math.max(at, stop)
  }
  members.push(...(await judgeOutside(content, at, end, 'between')))
  // Where the header is encrypted, the streams of the files are unaccounted for; only text is not.
  return isHidden ? members.filter(({ state }) => state === 'readable') : members
}
