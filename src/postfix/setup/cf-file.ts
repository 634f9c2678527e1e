import { tokens } from '../parameters.js'

/** A piece of main.cf or master.cf: an entry with its continuation lines, or lines between entries. */
export interface Piece {
  /** `name` of a parameter or `name/type` of a service; undefined for comments and empty lines. */
  readonly key: string | undefined
  /** With its line feeds. */
  readonly text: string
  /** Where it begins, from 1. */
  readonly line: number
}

export type CfKind = 'main' | 'master'

/**
 * Cuts a file of Postfix into pieces that, one after the other, are the file again.
 *
 * Shape   a line that begins with a blank continues the entry before it, also across comments and
 *         empty lines.
 * Source  postconf(5), "FILE FORMAT"; master(5), "SYNTAX"
 */
export function parseCf(text: string, kind: CfKind): readonly Piece[] {
  const pieces: Piece[] = []
  let line = 1
  for (const raw of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (isComment(raw)) pieces.push({ key: undefined, text: raw, line })
    else if (/^\s/.test(raw)) continueEntry(pieces, raw, line)
    else pieces.push({ key: keyIn(raw, kind), text: raw, line })
    line++
  }
  return pieces
}

/** A file with one entry put in place of the last of its name, or behind everything else. */
export function withEntry(pieces: readonly Piece[], key: string, text: string): readonly Piece[] {
  const at = lastIndex(pieces, key)
  if (at < 0) return [...pieces, { key, text, line: 0 }]
  return pieces.map((piece, index) => (index === at ? { ...piece, text } : piece))
}

/** A file without the last entry of a name. */
export function withoutEntry(pieces: readonly Piece[], key: string): readonly Piece[] {
  const at = lastIndex(pieces, key)
  return pieces.filter((_, index) => index !== at)
}

/** The entry of a name that counts: the last one. */
export function entryOf(pieces: readonly Piece[], key: string): Piece | undefined {
  return pieces[lastIndex(pieces, key)]
}

export function cfText(pieces: readonly Piece[]): string {
  return pieces
    .map(({ text }, index) =>
      index < pieces.length - 1 && !text.endsWith('\n') ? `${text}\n` : text,
    )
    .join('')
}

function isComment(line: string): boolean {
  return /^\s*(?:#|$)/.test(line)
}

/** Comments between an entry and its continuation become part of the entry. */
function continueEntry(pieces: Piece[], raw: string, line: number): void {
  let at = pieces.length - 1
  while (at >= 0 && pieces[at]?.key === undefined) at--
  const entry = pieces[at]
  if (entry === undefined) pieces.push({ key: undefined, text: raw, line })
  else {
    const between = pieces.splice(at + 1).map(({ text }) => text)
    pieces[at] = { ...entry, text: entry.text + between.join('') + raw }
  }
}

function keyIn(line: string, kind: CfKind): string {
  if (kind === 'main') return (/^[^=]*/.exec(line)?.[0] ?? '').trim()
  return tokens(line, /\s/).slice(0, 2).join('/')
}

function lastIndex(pieces: readonly Piece[], key: string): number {
  return pieces.findLastIndex(piece => piece.key === key)
}
