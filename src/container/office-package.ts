import type { Budget } from './budget.js'
import { looksReadable } from './looks-readable.js'
import type { Member } from './members.js'
import { judgeAgile } from './office-agile.js'
import { judgeBinaryHeader } from './office-header.js'
import type { OleFile, OleStream } from './ole.js'

/** Largest description of an encryption; with a hundred certificates it has some 200 KB. */
const INFO_LIMIT = 1024 * 1024

/** Bytes before the ciphertext: the size of the package. */
const SIZE_BYTES = 8

const SAMPLE_BYTES = 4096

/**
 * Judges an encrypted Office Open XML package: what stands in a compound file in place of the ZIP.
 *
 * Gives   undefined when there is none.
 * Source  [MS-OFFCRYPTO] 2.3.4
 */
export async function judgePackage(ole: OleFile, budget: Budget): Promise<Member | undefined> {
  const content = ole.stream('EncryptedPackage')
  if (content === undefined) return undefined
  const info = ole.stream('EncryptionInfo')
  const isRights = isRightsManaged(ole)
  if (info === undefined && !isRights) return undefined
  const forged = await judgeCiphertext(ole, content, SIZE_BYTES)
  if (forged !== undefined) return forged
  if (isRights) return { state: 'strong', why: 'rights management', system: 'rms' }
  if (info === undefined || info.size > INFO_LIMIT)
    return { state: 'unknown', why: 'the description of its encryption is too large' }
  const bytes = await ole.read(info, 0, info.size)
  const isAgile = bytes.length > 8 && bytes.readUInt32LE(0) === 0x00040004
  if (!isAgile) return judgeBinaryHeader(bytes, budget)
  return judgeAgile(bytes.toString('utf8', 8), budget)
}

/** A document of the old form under rights management ([MS-OFFCRYPTO] 2.2.11). */
export async function judgeRightsContent(ole: OleFile): Promise<Member | undefined> {
  const content = ole.stream('\tDRMContent')
  if (content === undefined) return undefined
  const forged = await judgeCiphertext(ole, content, SIZE_BYTES)
  return forged ?? { state: 'strong', why: 'rights management', system: 'rms' }
}

function isRightsManaged(ole: OleFile): boolean {
  const inside = '\u0006DATASPACES/TRANSFORMINFO/DRMENCRYPTEDTRANSFORM/'
  return [...ole.streams()].some(({ path, size }) => path.startsWith(inside) && size > 0)
}

/** What should be ciphertext and cannot be; undefined when it can. */
async function judgeCiphertext(
  ole: OleFile,
  content: OleStream,
  start: number,
): Promise<Member | undefined> {
  if (content.size <= start) return { state: 'unknown', why: 'it holds no encrypted content' }
  const front = await ole.read(content, 0, SAMPLE_BYTES)
  ole.checkWhole(content)
  const isOpen = looksReadable(front) || looksReadable(front.subarray(start))
  return isOpen ? { state: 'readable', why: 'what should be ciphertext can be read' } : undefined
}
