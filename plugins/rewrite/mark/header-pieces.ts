import { decodeHeaderText } from 'postseal/plugin'

/** A stretch of a header value: a run of encoded words, or text that stands as it is. */
export interface HeaderPiece {
  readonly written: string
  readonly text: string
  readonly isEncoded: boolean
}

/**
 * Cuts a header value into runs of encoded words, the white space between two of them included
 * because it is not shown, and what stands around them.
 *
 * Source  RFC 2047 sections 2 and 6.2
 */
export function headerPieces(value: string): readonly HeaderPiece[] {
  const pieces: HeaderPiece[] = []
  let at = 0
  for (const { index, 0: run } of value.matchAll(ENCODED_RUN)) {
    if (index > at) pieces.push(plainPiece(value.slice(at, index)))
    pieces.push({ written: run, text: decodeHeaderText(unfolded(run)), isEncoded: true })
    at = index + run.length
  }
  if (at < value.length) pieces.push(plainPiece(value.slice(at)))
  return pieces
}

/** A value with LF folds as one line (RFC 5322, section 2.2.3). */
export function unfolded(value: string): string {
  return value.replace(/\n(?=[ \t])/gu, '')
}

const ENCODED_WORD = String.raw`=\?[^\s?]{1,80}\?[bq]\?[^\s?]*\?=`
const ENCODED_RUN = new RegExp(`${ENCODED_WORD}(?:\\s+${ENCODED_WORD})*`, 'giu')

function plainPiece(written: string): HeaderPiece {
  return { written, text: unfolded(written), isEncoded: false }
}
