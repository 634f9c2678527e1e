import { isUtf8 } from 'node:buffer'
import type { HeaderField, Part } from './mail.js'

/** Where a field starts and where its colon is, relative to its header block. */
export interface FieldMark {
  readonly start: number
  readonly colon: number
}

/**
 * Cuts a header block into its fields.
 *
 * Shape   `block` the bytes as latin1; `marks` one entry a field, in order; `end` where the last
 *         field ends; `offset` where the block starts in the source.
 */
export function cutFields(
  block: string,
  marks: readonly FieldMark[],
  end: number,
  offset: number,
): readonly HeaderField[] {
  const fields = marks.map((mark, index) => {
    const stop = marks[index + 1]?.start ?? end
    const raw = dropLineBreak(block.slice(mark.colon + 1, stop))
    return Object.freeze({
      name: block.slice(mark.start, mark.colon).trimEnd(),
      range: Object.freeze({ start: offset + mark.start, end: offset + stop }),
      raw,
      value: unfold(raw),
    })
  })
  return Object.freeze(fields)
}

/** Tells of what makes readers see different fields in the same header block. */
export function noteHeaderDamage(
  block: string,
  offset: number,
  note: (id: 'bare-cr' | 'nul-in-header', at: number) => void,
): void {
  const nul = block.indexOf('\0')
  if (nul >= 0) note('nul-in-header', offset + nul)
  let cr = block.indexOf('\r')
  while (cr >= 0 && block.charCodeAt(cr + 1) === 0x0a) cr = block.indexOf('\r', cr + 2)
  if (cr >= 0) note('bare-cr', offset + cr)
}

/** All fields of a name, in order; names compare without case. */
export function fieldsNamed(part: Pick<Part, 'fields'>, name: string): readonly HeaderField[] {
  const wanted = name.toLowerCase()
  return part.fields.filter(field => hasName(field, wanted))
}

/** The first field of a name: the one that counts when a field stands several times. */
export function firstField(part: Pick<Part, 'fields'>, name: string): HeaderField | undefined {
  const wanted = name.toLowerCase()
  return part.fields.find(field => hasName(field, wanted))
}

/** Raw value to one line: line breaks go, the white space after them stays (RFC 5322, 2.2.3). */
export function unfold(raw: string): string {
  const line = raw.includes('\n') ? raw.replace(/\r?\n/g, '') : raw
  return utf8OrLatin1(line).trim()
}

/** Bytes in a latin1 string as UTF-8 where they are valid, else as latin1 (RFC 6532, 3.1). */
export function utf8OrLatin1(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : text
}

/** Lengths first: most names differ there already, and every message is asked several times. */
function hasName(field: HeaderField, wanted: string): boolean {
  return field.name.length === wanted.length && field.name.toLowerCase() === wanted
}

function dropLineBreak(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
