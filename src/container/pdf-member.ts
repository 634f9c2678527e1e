import { readUpTo, type ByteView } from './byte-view.js'
import { FRONT_BYTES, isPdfFront } from './container-front.js'
import { guardContent, type ContentJudgement, type WalkContext } from './content-judgement.js'
import { judgePdf } from './pdf.js'

/**
 * Judges a PDF file that lies in an archive, as one that is attached: it is read as a whole, which is
 * taken from the budget unless it has been unpacked already.
 *
 * Gives   undefined for what is no PDF file.
 */
export async function judgePdfFile(
  view: ByteView,
  { budget }: WalkContext,
): Promise<ContentJudgement | undefined> {
  if (!isPdfFront(await readUpTo(view, 0, FRONT_BYTES))) return undefined
  return guardContent('pdf', 'PDF', async (): Promise<ContentJudgement | undefined> => {
    if (view.isHeld !== true) budget.takeBytes(view.size)
    const judgement = await judgePdf(await view.read(0, view.size), budget)
    if (judgement === undefined) return undefined
    const { verdict, why, isRights } = judgement
    return { system: isRights ? 'rms' : 'pdf', verdict, why }
  })
}
