import type { Edit } from './edit.js'
import type { HeaderField } from './mail.js'
import { MessageError } from './message-error.js'
import type { Range } from './source.js'

export type HeaderEdit = Exclude<Edit, { kind: 'splice' }>

/** A stretch of a header after the edits: bytes of the source, or text that is new. */
export type HeaderPiece = Range | string

/**
 * Refuses a header edit that could not stand in a message, or would stand for something else.
 *
 * Throws  ERR_MESSAGE_EDIT; the text names the field, never its value.
 */
export function checkHeaderEdit(edit: HeaderEdit): void {
  if (!/^[!-9;-~]{1,100}$/.test(edit.name))
    refuse('a field name has characters that are not allowed')
  if (edit.kind !== 'add-header') {
    const { occurrence } = edit
    if (occurrence !== undefined && !(Number.isSafeInteger(occurrence) && occurrence > 0)) {
      refuse(`${edit.name}: the occurrence is not a positive whole number`)
    }
  }
  if (edit.kind === 'remove-header') return
  const lines = edit.value.split('\n')
  if (/[\0\r]/.test(edit.value)) refuse(`${edit.name}: the value holds a NUL or carriage return`)
  if (lines.slice(1).some(line => !/^[ \t]+[^ \t]/.test(line))) {
    refuse(`${edit.name}: a line of the value does not begin with white space or is empty`)
  }
  if (lines.some(line => Buffer.byteLength(line) > MAX_VALUE_LINE)) {
    refuse(`${edit.name}: a line of the value is longer than 998 bytes`)
  }
}

/**
 * The fields of a message after header edits, in the order in which they stand.
 *
 * Shape   occurrences count the fields as received, whatever the edits before did to them.
 *         `lineBreak` ends the new fields and their folds.
 */
export function editedFields(
  fields: readonly HeaderField[],
  edits: readonly HeaderEdit[],
  lineBreak: '\r\n' | '\n',
): readonly HeaderPiece[] {
  const kept = fields.map(({ name, range }) => ({ name, piece: range as HeaderPiece | undefined }))
  const top: string[] = []
  const bottom: string[] = []
  for (const edit of edits) {
    checkHeaderEdit(edit)
    const sameName = kept.filter(({ name }) => name.toLowerCase() === edit.name.toLowerCase())
    if (edit.kind === 'remove-header') {
      const { occurrence } = edit
      const gone = occurrence === undefined ? sameName : sameName.slice(occurrence - 1, occurrence)
      for (const field of gone) field.piece = undefined
      continue
    }
    const text = writeField(edit.name, edit.value, lineBreak)
    if (edit.kind === 'set-header') {
      const field = sameName[(edit.occurrence ?? 1) - 1]
      if (field === undefined) bottom.push(text)
      else field.piece = text
    } else if (edit.at === 'top') top.unshift(text)
    else bottom.push(text)
  }
  const middle = kept.map(({ piece }) => piece).filter(piece => piece !== undefined)
  return [...top, ...middle, ...bottom]
}

const MAX_VALUE_LINE = 998

function writeField(name: string, value: string, lineBreak: string): string {
  const lead = /^[ \t]/.test(value) ? '' : ' '
  return `${name}:${lead}${value.replaceAll('\n', lineBreak)}${lineBreak}`
}

function refuse(why: string): never {
  throw new MessageError('ERR_MESSAGE_EDIT', why)
}
