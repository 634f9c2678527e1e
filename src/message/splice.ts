import type { Edit } from './edit.js'
import type { Mail } from './mail.js'
import { MessageError } from './message-error.js'
import { readRange } from './part-reader.js'

export type Splice = Extract<Edit, { kind: 'splice' }>

/**
 * The splices among the edits of a message, checked and in the order of the body.
 *
 * Several insertions at one place keep the order in which they were asked for.
 * Throws  ERR_MESSAGE_EDIT for a range outside the body of the message, and for ranges that overlap.
 */
export function planSplices(mail: Pick<Mail, 'root'>, edits: readonly Edit[]): readonly Splice[] {
  const splices = edits.filter(edit => edit.kind === 'splice')
  const { body } = mail.root
  for (const { start, end } of splices) {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start <= end
    if (!isRange || start < body.start || end > body.end) {
      const where = `bytes ${start} to ${end}, the body is ${body.start} to ${body.end}`
      throw new MessageError('ERR_MESSAGE_EDIT', `a splice is not inside the body: ${where}`)
    }
  }
  const sorted = splices.toSorted((a, b) => a.start - b.start || lengthClass(a) - lengthClass(b))
  for (const [index, splice] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next !== undefined && next.start < splice.end) {
      const where = `${splice.start} to ${splice.end} and ${next.start} to ${next.end}`
      throw new MessageError('ERR_MESSAGE_EDIT', `splices overlap: bytes ${where}`)
    }
  }
  return Object.freeze(sorted)
}

/** The body of the message with planned splices in it; what they do not touch is as it came. */
export async function* splicedBody(
  mail: Pick<Mail, 'root' | 'source'>,
  splices: readonly Splice[],
): AsyncGenerator<Buffer, void, undefined> {
  const { body } = mail.root
  let at = body.start
  for (const { start, end, bytes } of splices) {
    yield* readRange(mail.source, at, start)
    if (bytes.length > 0) yield bytes
    at = end
  }
  yield* readRange(mail.source, at, body.end)
}

/** An insertion goes before the replacement that starts at the same place. */
function lengthClass({ start, end }: Splice): number {
  return end > start ? 1 : 0
}
