import type { Finding, Mail, Part } from 'postseal/plugin'
import { findBlocks } from './find-blocks.js'
import { judgeBlock } from './judge-block.js'
import { judgeFile } from './judge-file.js'

/**
 * Judges the armoured blocks in a part that is text. Each protected block is a finding with its
 * range, so that the text around it is seen for what it is.
 */
export async function judgeText(
  mail: Mail,
  part: Part,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const isHtml = part.type === 'text/html'
  const blocks = await findBlocks(mail.decoded(part), isHtml)
  if (blocks.length === 0) return (await judgeFile(mail, part)) ?? []
  const findings: Finding[] = []
  for (const block of blocks) {
    signal.throwIfAborted()
    const { verdict, why } = await judgeBlock(mail, part, block, isHtml)
    const isGuarded = verdict === 'encrypted' || verdict === 'weak'
    const ranges =
      isGuarded && block.end !== undefined
        ? { ranges: [{ start: block.start, end: block.end }] }
        : {}
    findings.push({ system: 'pgp', part: part.path, verdict, why, ...ranges })
  }
  return findings
}
