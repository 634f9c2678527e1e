import { judgeOpenPgp, type Finding, type Mail, type Part } from 'postseal/plugin'
import { createArmourReader, linesOf } from './armour.js'
import { findBlocks } from './find-blocks.js'
import { judgeBlock, sliceOf } from './judge-block.js'

/** Bytes at the front of a file in which an armoured block must begin. */
const HEAD_BYTES = 8 * 1024

/** Other blocks than messages, whose content is judged by the packets all the same. */
const OTHER_BLOCK = /^\s*-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK)-----\s*?\n/

/**
 * Judges a file that is one armoured block: anything else in it makes the protection partial.
 *
 * Gives   undefined when no armour begins near its front.
 */
export async function judgeFile(mail: Mail, part: Part): Promise<readonly Finding[] | undefined> {
  const head = (await mail.head(part, HEAD_BYTES)).toString('latin1')
  const finding = { system: 'pgp', part: part.path } as const
  if (OTHER_BLOCK.test(head)) return judgeOther(mail, part)
  if (!head.includes('-----BEGIN PGP MESSAGE-----')) return undefined
  const blocks = await findBlocks(mail.decoded(part), false)
  const judgements = await Promise.all(blocks.map(block => judgeBlock(mail, part, block)))
  const [only] = judgements
  if (only === undefined) return undefined
  const { verdict, why } = only
  if (verdict !== 'encrypted' && verdict !== 'weak') return [{ ...finding, verdict, why }]
  const [block] = blocks
  if (
    judgements.length === 1 &&
    block?.end !== undefined &&
    (await isAlone(mail, part, block.start, block.end))
  )
    return [{ ...finding, verdict, why }]
  return [{ ...finding, verdict: 'partial', why: 'OpenPGP: an encrypted block beside other text' }]
}

/** A signature carries no content of its own; a key is not protected. */
async function judgeOther(mail: Mail, part: Part): Promise<readonly Finding[] | undefined> {
  const armour = createArmourReader()
  const judgement = await judgeOpenPgp(armour.bytes(linesOf(mail.decoded(part))))
  if (judgement === undefined || armour.isProse) return undefined
  const { why, isEmpty } = judgement
  const accounts = isEmpty === true ? { accounts: [part.path] } : {}
  return [{ system: 'pgp', part: part.path, verdict: 'not-encrypted', why, ...accounts }]
}

/** Whether nothing but white space stands before and behind. */
async function isAlone(mail: Mail, part: Part, start: number, end: number): Promise<boolean> {
  return (
    (await isBlank(sliceOf(mail.decoded(part), 0, start))) &&
    (await isBlank(sliceOf(mail.decoded(part), end, Infinity)))
  )
}

async function isBlank(chunks: AsyncIterable<Buffer>): Promise<boolean> {
  for await (const chunk of chunks) if (/\S/.test(chunk.toString('latin1'))) return false
  return true
}
