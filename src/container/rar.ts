import type { ByteView } from './byte-view.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import { judgeMembers } from './members.js'
import { RAR4_MAGIC, walkRar4 } from './rar4.js'
import { RAR5_MAGIC, walkRar5 } from './rar5.js'
import { archiveStarts, judgeOutside } from './surroundings.js'

const VERSIONS = [
  { magic: RAR5_MAGIC, walk: walkRar5 },
  { magic: RAR4_MAGIC, walk: walkRar4 },
] as const

/**
 * Judges a RAR archive of version 1.5 to 5 by its headers and the bytes of its files.
 *
 * Gives   undefined for what is no RAR archive.
 */
export async function judgeRar(
  view: ByteView,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  for (const { magic, walk } of VERSIONS) {
    const [start] = await archiveStarts(view, magic)
    if (start === undefined) continue
    return guardContent('rar', 'RAR', async () => {
      const { members, end, isHidden } = await walk(view, start, context)
      const judgement = judgeMembers('rar', 'RAR', [
        ...members,
        ...(await judgeOutside(view, 0, start, 'in front')),
        ...(await judgeOutside(view, end, view.size, 'behind the end')),
      ])
      if (judgement.verdict !== 'encrypted' && judgement.verdict !== 'weak') return judgement
      const names = isHidden ? 'the names are protected too' : 'their names are readable'
      return { ...judgement, why: `${judgement.why}; ${names}` }
    })
  }
  return undefined
}
