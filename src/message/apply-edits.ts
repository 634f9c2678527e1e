import type { Edit } from './edit.js'
import { editedFields } from './header-edit.js'
import type { Mail } from './mail.js'
import { readRange } from './part-reader.js'
import { planSplices, splicedBody } from './splice.js'

/**
 * The message with the edits made, piece by piece. Without edits it is the message as it came, byte
 * for byte; with edits, so is all that they do not touch.
 *
 * Throws  ERR_MESSAGE_EDIT before the first piece when an edit is not possible.
 */
export async function* applyEdits(
  mail: Pick<Mail, 'root' | 'source'>,
  edits: readonly Edit[],
): AsyncGenerator<Buffer, void, undefined> {
  const { root, source } = mail
  const splices = planSplices(mail, edits)
  const headerEdits = edits.filter(edit => edit.kind !== 'splice')
  const fieldsStart = root.fields[0]?.range.start ?? root.header.start
  const fieldsEnd = root.fields.at(-1)?.range.end ?? fieldsStart
  const header = await bytesOf(mail, root.header.start, root.header.end)
  const lineBreak = header.includes('\n') && !header.includes('\r\n') ? '\n' : '\r\n'
  const pieces = headerEdits.length === 0 ? [] : editedFields(root.fields, headerEdits, lineBreak)
  if (headerEdits.length === 0) yield header
  else {
    yield* readRange(source, root.header.start, fieldsStart)
    for (const piece of pieces) {
      if (typeof piece === 'string') yield Buffer.from(piece, 'utf8')
      else yield* endedLine(await bytesOf(mail, piece.start, piece.end), lineBreak)
    }
    yield* readRange(source, fieldsEnd, root.header.end)
  }
  yield* splicedBody(mail, splices)
}

async function bytesOf({ source }: Pick<Mail, 'source'>, start: number, end: number) {
  return source.peek(start, end) ?? (await source.read(start, end))
}

/** The last field of a message without a body may lack its line break; another may follow it now. */
function endedLine(field: Buffer, lineBreak: string): readonly Buffer[] {
  return field.at(-1) === 0x0a ? [field] : [field, Buffer.from(lineBreak)]
}
