import type { ByteView } from './byte-view.js'
import { readUpTo } from './byte-view.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import type { Member } from './members.js'
import { judgePresentation, judgeWord, judgeWorkbook } from './office-binary.js'
import { judgePackage, judgeRightsContent } from './office-package.js'
import { OLE_MAGIC, OleFile } from './ole.js'

const VERDICTS = {
  strong: 'encrypted',
  weak: 'weak',
  partial: 'partial',
  readable: 'not-encrypted',
  unknown: 'unknown',
  empty: 'not-encrypted',
} as const

/**
 * Judges an Office file with a password: one of today, which stands encrypted in a compound file, or
 * one of the old binary formats. A file that is only protected against changes is readable.
 *
 * Gives   undefined for what is no compound file, and for one without an Office document in it.
 * Source  [MS-OFFCRYPTO], [MS-CFB], [MS-DOC], [MS-XLS], [MS-PPT]
 */
export async function judgeOffice(
  view: ByteView,
  { budget }: WalkContext,
): Promise<ContentJudgement | undefined> {
  const front = await readUpTo(view, 0, OLE_MAGIC.length)
  if (!front.equals(OLE_MAGIC)) return undefined
  return guardContent('office', 'Office', async () => {
    const ole = await OleFile.open(view, budget)
    if (ole === undefined) return undefined
    const rights = await judgeRightsContent(ole)
    if (rights !== undefined && hasOnlyPlaceholder(ole)) return alone(ole, weakestOf([rights]))
    const documents = [
      await judgePackage(ole, budget),
      rights,
      await judgeWord(ole, budget),
      await judgeWorkbook(ole, 'Workbook', budget),
      await judgeWorkbook(ole, 'Book', budget),
      await judgePresentation(ole, budget),
    ]
    return alone(ole, weakestOf(documents.filter(document => document !== undefined)))
  })
}

/** The judgement on a file, unless a text stands behind it. */
async function alone(
  ole: OleFile,
  judgement: ContentJudgement | undefined,
): Promise<ContentJudgement | undefined> {
  if (judgement?.verdict !== 'encrypted' && judgement?.verdict !== 'weak') return judgement
  if (!(await ole.hasTextBehind())) return judgement
  return { ...judgement, verdict: 'partial', why: `${judgement.why}; a text stands behind it` }
}

/** Beside rights-managed content stands a short document that says how to open it. */
function hasOnlyPlaceholder(ole: OleFile): boolean {
  return PLACEHOLDERS.every(([name, most]) => (ole.stream(name)?.size ?? 0) <= most)
}

/** Sizes seen, doubled. */
const PLACEHOLDERS: readonly [stream: string, mostBytes: number][] = [
  ['WordDocument', 8192],
  ['Workbook', 16_384],
  ['Book', 16_384],
  ['PowerPoint Document', 65_536],
]

/** A file may hold a document in two forms: whoever reads the weaker one can read it. */
const WEAKEST_FIRST = ['unknown', 'readable', 'weak', 'strong'] as const

function weakestOf(members: readonly Member[]): ContentJudgement | undefined {
  const states = new Set(members.map(({ state }) => state))
  const weakest = WEAKEST_FIRST.find(state => states.has(state))
  const member = members.find(({ state }) => state === weakest)
  if (member === undefined) return undefined
  const isMixed = member.state === 'readable' && (states.has('strong') || states.has('weak'))
  return {
    system: member.system ?? 'office',
    verdict: isMixed ? 'partial' : VERDICTS[member.state],
    why: `Office: ${member.why}`,
  }
}
