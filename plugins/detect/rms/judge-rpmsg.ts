import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { looksReadable, OLE_MAGIC, type Budget, type Judgement } from 'postseal/plugin'
import { judgeOle, openOle } from './judge-ole.js'

export const RPMSG_MAGIC = Buffer.from('76e80460c411e386', 'hex')

const BLOCK_MARK = 0x00000fa0
const BLOCK_HEAD_BYTES = 12

/** Bytes of one block, inflated ([MS-OXORMMS] 2.2.4.5: at most 4096). */
const BLOCK_LIMIT = 4096

/** Bytes of all blocks, inflated. */
const CONTENT_LIMIT = 128 * 1024 * 1024

/** A header, a table and a directory ([MS-CFB] 2.1). */
const LEAST_CONTENT = 1536

const inflateAsync = promisify(inflate)

/**
 * Judges a message.rpmsg: a compound file in compressed blocks.
 *
 * Shape   `file` starts with the magic bytes.
 * Source  [MS-OXORMMS] 2.2.4
 */
export async function judgeRpmsg(file: Buffer, budget: Budget): Promise<Judgement> {
  const content = await inflateBlocks(file.subarray(RPMSG_MAGIC.length))
  if (typeof content === 'string') return unknown(content)
  if (content.length < LEAST_CONTENT) return unknown('it breaks off')
  if (!content.subarray(0, OLE_MAGIC.length).equals(OLE_MAGIC)) {
    return looksReadable(content)
      ? { verdict: 'not-encrypted', why: 'rpmsg: forged, what should be protected can be read' }
      : unknown('it holds no compound file')
  }
  const judgement = await judgeOle(content, budget)
  if (judgement !== undefined) return { ...judgement, why: `rpmsg: ${judgement.why}` }
  // A directory that can be read and names no protected content, or a header whose sectors are gone.
  if ((await openOle(content, budget)) !== undefined) return unknown('it holds nothing protected')
  if (hasHeader(content)) return unknown('it breaks off, or is damaged')
  return looksReadable(content.subarray(OLE_MAGIC.length))
    ? { verdict: 'not-encrypted', why: 'rpmsg: forged, what should be protected can be read' }
    : { verdict: 'encrypted', why: 'rpmsg: a protected message' }
}

/** Whether the header of a compound file can be read: its byte order, or both sizes of sectors ([MS-CFB] 2.2). */
function hasHeader(content: Buffer): boolean {
  const [byteOrder, shift, miniShift] = [28, 30, 32].map(at => content.readUInt16LE(at))
  return byteOrder === 0xfffe || ((shift === 9 || shift === 12) && miniShift === 6)
}

/** What the blocks hold, or what is wrong with them. */
async function inflateBlocks(blocks: Buffer): Promise<Buffer | string> {
  const pieces: Buffer[] = []
  let total = 0
  let at = 0
  while (at < blocks.length) {
    if (at + BLOCK_HEAD_BYTES > blocks.length) return 'it breaks off'
    const [mark, size, packed] = [0, 4, 8].map(offset => blocks.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ]
    if (mark !== BLOCK_MARK || size > BLOCK_LIMIT) return 'a block is damaged'
    at += BLOCK_HEAD_BYTES
    if (at + packed > blocks.length) return 'it breaks off'
    const piece = await inflateBlock(blocks.subarray(at, at + packed))
    if (piece?.length !== size) return 'a block is damaged'
    total += size
    if (total > CONTENT_LIMIT) return 'it is larger than the limit'
    pieces.push(piece)
    at += packed
  }
  return pieces.length === 0 ? 'it holds nothing' : Buffer.concat(pieces)
}

async function inflateBlock(packed: Buffer): Promise<Buffer | undefined> {
  try {
    return await inflateAsync(packed, { maxOutputLength: BLOCK_LIMIT })
  } catch (thrown) {
    // Damage, or a block that grows: both come with a code.
    if (thrown instanceof Error && 'code' in thrown) return undefined
    throw thrown
  }
}

function unknown(why: string): Judgement {
  return { verdict: 'unknown', why: `rpmsg: ${why}` }
}
