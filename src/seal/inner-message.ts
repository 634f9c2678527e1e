import type { Mail, Part } from '../message/mail.js'
import type { Range } from '../message/source.js'
import type { Payload } from './container/seal-payload.js'

/** A message as it goes into a letter: the header without what is nobody's business, the rest as it is. */
export interface InnerMessage extends Payload {
  /** Where a range of the body that the mail names lies in the inner message. */
  placeOf(range: Range): Range
}

/**
 * Fields that stay outside: trace of our own side, marks of ours, and blind copies, which no recipient
 * may see.
 */
const LEFT_OUT =
  /^(?:bcc|resent-bcc|received|return-path|delivered-to|x-original-to|x-postseal-.*)$/i

/** Bytes of a piece: 20 elements of a letter. */
const PIECE = 979_200

/** The message inside a letter; bytes are read from the source when they are asked for. */
export function innerMessage(mail: Mail): InnerMessage {
  const { header } = mail.root
  const kept = joined(keptFields(mail.root))
  const headerBytes = kept.reduce((sum, { start, end }) => sum + end - start, 0)
  const shift = headerBytes - lastFieldEnd(mail.root)
  return Object.freeze({
    size: mail.source.size + shift,
    placeOf: ({ start, end }: Range) => ({ start: start + shift, end: end + shift }),
    async *chunks() {
      for (const range of kept) yield* piecesOf(mail, range)
      yield* piecesOf(mail, { start: lastFieldEnd(mail.root), end: mail.source.size })
    },
  })

  function lastFieldEnd(root: Part): number {
    return root.fields.at(-1)?.range.end ?? header.start
  }
}

function keptFields({ fields, header }: Part): readonly Range[] {
  const first = fields[0]?.range.start ?? header.start
  const front = { start: header.start, end: first }
  const kept = fields.filter(({ name }) => !LEFT_OUT.test(name.trim()))
  return [front, ...kept.map(({ range }) => range)]
}

/** Neighbours as one range, so that a header is read in few pieces. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = result.at(-1)
    if (last?.end === start) last.end = end
    else if (end > start) result.push({ start, end })
  }
  return result
}

async function* piecesOf(mail: Mail, { start, end }: Range): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += PIECE) {
    const stop = Math.min(end, at + PIECE)
    yield mail.source.peek(at, stop) ?? (await mail.source.read(at, stop))
  }
}
