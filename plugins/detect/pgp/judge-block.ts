import { judgeOpenPgp, type Judgement, type Mail, type Part } from 'postseal/plugin'
import { createArmourReader, linesOf } from './armour.js'
import type { Block } from './find-blocks.js'
import { htmlLines } from './html-lines.js'

/** Largest block in HTML: it has to be held to take the markup away. */
const HTML_BLOCK_LIMIT = 8 * 1024 * 1024

/** Judges one armoured block of a part by the packets in it. */
export async function judgeBlock(
  mail: Mail,
  part: Part,
  block: Block,
  isHtml = false,
): Promise<Judgement> {
  const { start, end } = block
  if (end === undefined) return { verdict: 'unknown', why: 'OpenPGP: the armour has no end' }
  if (isHtml && end - start > HTML_BLOCK_LIMIT)
    return { verdict: 'unknown', why: 'OpenPGP: the block in HTML is too large to be read' }
  const bytes = sliceOf(mail.decoded(part), start, end)
  const armour = createArmourReader()
  const lines = isHtml ? linesOfHtml(bytes) : linesOf(bytes)
  const judgement = await judgeOpenPgp(armour.bytes(lines))
  if (armour.isProse)
    return { verdict: 'not-encrypted', why: 'OpenPGP: armour lines around other text' }
  return judgement ?? { verdict: 'not-encrypted', why: 'OpenPGP: the armour holds something else' }
}

/** Bytes from `start` to `end` of a stream. */
export async function* sliceOf(
  chunks: AsyncIterable<Buffer>,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, void> {
  let at = 0
  for await (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at))
    if (piece.length > 0) yield piece
    at += chunk.length
    if (at >= end) return
  }
}

async function* linesOfHtml(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const pieces: Buffer[] = []
  for await (const chunk of chunks) pieces.push(Buffer.from(chunk))
  yield* htmlLines(Buffer.concat(pieces).toString('latin1'))
}
