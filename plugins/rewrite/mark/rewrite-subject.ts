import { isUtf8 } from 'node:buffer'
import { decodeHeaderText, encodeHeaderText, subjectToken, type HeaderField } from 'postseal/plugin'
import { breakOverlong } from './fold-header.js'
import { unfolded } from './header-pieces.js'
import type { LockFinder } from './lock-symbols.js'
import { withoutRanges, type TextRange } from './without-ranges.js'

/** How many tags to take from each edge of the subject. */
export interface TagCounts {
  readonly start: number
  readonly end: number
}

/**
 * Takes locks and tags out of a Subject field.
 *
 * Gives   the new value; undefined when there is nothing to take, so that the field is not touched.
 */
export function rewriteSubject(
  field: HeaderField,
  findLocks: LockFinder,
  tags: TagCounts,
): string | undefined {
  const isLawful = hasLawfulBytes(field)
  const original = subjectText(field)
  let value = original
  const takeOut = (ranges: readonly TextRange[]): void => {
    if (ranges.length > 0) value = withoutRanges(field.name, value, ranges)
  }
  const takeToken = (edge: 'start' | 'end'): void => {
    const token = subjectToken(shown(value), edge)
    if (token !== undefined) takeOut([token])
  }
  for (let count = 0; count < tags.start; count++) takeToken('start')
  for (let count = 0; count < tags.end; count++) takeToken('end')
  // Locks last: what stood on both sides of a tag may be a lock once the tag is gone.
  takeOut(findLocks(shown(value)))
  if (value === original) return undefined
  // Bytes that are not UTF-8 have no lawful form in a header (RFC 6532): encoded words replace them.
  return isLawful ? value : breakOverlong(encodeHeaderText(shown(value), field.name.length + 2))
}

/** The value with LF folds, trimmed; what is no UTF-8 as the message room reads it. */
export function subjectText(field: HeaderField): string {
  if (!hasLawfulBytes(field)) return field.value
  return Buffer.from(field.raw, 'latin1').toString('utf8').replaceAll('\r\n', '\n').trim()
}

function hasLawfulBytes({ raw }: HeaderField): boolean {
  return isUtf8(Buffer.from(raw, 'latin1'))
}

/** What a recipient reads. */
function shown(value: string): string {
  return decodeHeaderText(unfolded(value))
}
