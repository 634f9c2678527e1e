import type { Change } from './change.js'
import { cfText, parseCf, withEntry, withoutEntry, type CfKind, type Piece } from './cf-file.js'

/** Stands before the entries that setup adds at the end of a file. */
export const MARKER = '# Lanes of Postseal: `postseal setup postfix --undo` takes them out.\n'

/**
 * The text of main.cf or master.cf with changes made: what is there is replaced in its place, what is
 * new comes at the end below a comment.
 */
export function changedText(text: string, kind: CfKind, changes: readonly Change[]): string {
  let pieces = parseCf(text, kind)
  const fresh = changes.filter(change => change.before === undefined && change.after !== undefined)
  for (const { key, after } of changes.filter(change => !fresh.includes(change))) {
    pieces = after === undefined ? withoutEntry(pieces, key) : withEntry(pieces, key, after)
  }
  if (fresh.length > 0 && !pieces.some(isMarker))
    pieces = [...pieces, comment('\n'), comment(MARKER)]
  for (const { key, after = '' } of fresh) pieces = withEntry(pieces, key, after)
  return cfText(pieces)
}

/** The text without the comment, once nothing of ours is left. */
export function withoutMarker(text: string, kind: CfKind): string {
  const pieces = parseCf(text, kind)
  const at = pieces.findIndex(isMarker)
  if (at < 0) return text
  const from = pieces[at - 1]?.text === '\n' ? at - 1 : at
  return cfText(pieces.filter((_, index) => index < from || index > at))
}

function isMarker({ text }: Piece): boolean {
  return text === MARKER
}

function comment(text: string): Piece {
  return { key: undefined, text, line: 0 }
}
