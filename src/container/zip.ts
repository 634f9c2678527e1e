import type { ByteView } from './byte-view.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import { judgeMembers, type Member } from './members.js'
import { isOpenDocument } from './odf.js'
import { judgeOutside } from './surroundings.js'
import { placeOf, readZipDirectory, type ZipDirectory } from './zip-directory.js'
import { findZipEnd, startsLikeZip, type ZipEnd } from './zip-end.js'
import { judgeMaskedZip } from './zip-masked.js'
import { judgeZipEntry } from './zip-member.js'

/** Bit 3 of the flags: sizes follow the data, in at most so many bytes. */
const DESCRIPTOR = 0x0008
const DESCRIPTOR_BYTES = 24

/**
 * Judges a ZIP archive by its directory, its local headers and the bytes of its entries.
 *
 * Gives   undefined for what is no ZIP archive, and for an OpenDocument file, which
 *         `judgeOpenDocument` knows better.
 * Source  APPNOTE 6.3.10; WinZip AE-1 and AE-2
 */
export async function judgeZip(
  view: ByteView,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  const end = await findZipEnd(view)
  const isClaimed = await startsLikeZip(view)
  if (end === undefined) return isClaimed ? unknown('its directory is missing') : undefined
  // An archive in the middle of another file is part of that: a picture in a presentation.
  if (!isClaimed && end.end !== view.size) return undefined
  return guardContent('zip', 'ZIP', () => judgeFrom(view, end, context))
}

async function judgeFrom(
  view: ByteView,
  end: ZipEnd,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  const directory = await readZipDirectory(view, end, context.budget)
  if (await isOpenDocument(view, directory)) return undefined
  if (directory.problem !== undefined) return unknown(directory.problem)
  const members =
    directory.cipher === 0
      ? await judgeEntries(view, directory, context)
      : [await judgeMaskedZip(view, directory)]
  members.push(...(await judgeOutside(view, directory.end, view.size, 'behind the end')))
  const judgement = judgeMembers('zip', 'ZIP', members)
  return { ...judgement, why: judgement.why + namesIn(judgement, directory) }
}

async function judgeEntries(
  view: ByteView,
  directory: ZipDirectory,
  context: WalkContext,
): Promise<Member[]> {
  const members: Member[] = []
  let at = 0
  for (const entry of directory.entries.toSorted((a, b) => a.at - b.at)) {
    const place = await placeOf(view, entry, directory.start)
    members.push(...(await judgeOutside(view, at, entry.at, 'beside the entries')))
    members.push(await judgeZipEntry(view, entry, place, context))
    const rest = (entry.flags & DESCRIPTOR) === 0 ? 0 : DESCRIPTOR_BYTES
    at = Math.max(at, place.stop + rest)
  }
  members.push(...(await judgeOutside(view, at, directory.start, 'before the directory')))
  return members
}

/** Names and comments are readable; like the file names of a message they lower nothing. */
function namesIn({ verdict }: ContentJudgement, { entries, hasComment }: ZipDirectory): string {
  if (verdict !== 'encrypted' && verdict !== 'weak') return ''
  const names = entries.length === 0 ? 'the names are protected too' : 'their names are readable'
  return `; ${names}${hasComment ? ', and so is a comment' : ''}`
}

function unknown(why: string): ContentJudgement {
  return { system: 'zip', verdict: 'unknown', why: `ZIP: ${why}` }
}
