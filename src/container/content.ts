import { readUpTo, streamOf, type ByteView } from './byte-view.js'
import type { Budget } from './budget.js'
import { judgeCms } from './cms.js'
import { isMessageFront } from './container-front.js'
import type { ContentJudgement, JudgeFile, WalkContext } from './content-judgement.js'
import { judgeOpenDocument } from './odf.js'
import { judgeOffice } from './office.js'
import { judgeOpenPgp } from './openpgp.js'
import { judgePdfFile } from './pdf-member.js'
import { judgeRar } from './rar.js'
import { judgeSevenZip } from './seven-zip.js'
import { judgeZip } from './zip.js'

/** Formats that are told apart by their bytes; the first that knows a file judges it. */
const FORMATS: readonly JudgeFile[] = [
  judgeZip,
  judgeOpenDocument,
  judgeSevenZip,
  judgeRar,
  judgeOffice,
  judgePdfFile,
  judgeMessage,
]

/** What a walk through one file of a message needs; the budget is that of the message. */
export function startWalk(budget: Budget): WalkContext {
  return { budget, depth: 0, inspect: judgeContent }
}

/**
 * Judges a file by its bytes, whatever it is called: archives, Office and PDF files, CMS and
 * OpenPGP messages, and what lies inside plain archives.
 *
 * Gives   undefined for what is no container: content that anybody can read.
 */
export async function judgeContent(
  view: ByteView,
  context: WalkContext,
): Promise<ContentJudgement | undefined> {
  if (context.depth > context.budget.limits.maxDepth)
    return { system: 'zip', verdict: 'unknown', why: 'archives lie inside each other too often' }
  for (const judge of FORMATS) {
    const judgement = await judge(view, context)
    if (judgement !== undefined) return judgement
  }
  return undefined
}

/** A CMS or OpenPGP message as a file. */
async function judgeMessage(view: ByteView): Promise<ContentJudgement | undefined> {
  if (!isMessageFront(await readUpTo(view, 0, 24))) return undefined
  const smime = await judgeCms(streamOf(view), async () => ({
    verdict: 'not-encrypted',
    why: 'the content is readable',
  }))
  if (smime !== undefined) return { system: 'smime', verdict: smime.verdict, why: smime.why }
  const pgp = await judgeOpenPgp(streamOf(view))
  return pgp && { system: 'pgp', verdict: pgp.verdict, why: pgp.why }
}
