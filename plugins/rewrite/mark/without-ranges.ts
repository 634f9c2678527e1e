import { decodeHeaderText, encodeHeaderText } from 'postseal/plugin'
import { breakOverlong, foldHeader, isOverlong } from './fold-header.js'
import { headerPieces, unfolded } from './header-pieces.js'

export interface TextRange {
  readonly start: number
  readonly end: number
}

/**
 * Takes ranges of the decoded text out of a header value and leaves the rest as it is written.
 *
 * What stands outside encoded words keeps its characters and folds; a run of encoded words is
 * written anew only when something is taken out of it. The result is decoded again and compared:
 * where the pieces do not add up (odd encodings do that) the whole text is encoded anew.
 *
 * Units   `ranges` in UTF-16 units of the decoded value, in order and apart; white space that would
 *         be left doubled or at an edge goes with them.
 * Gives   the value with LF before each folded line.
 */
export function withoutRanges(name: string, value: string, ranges: readonly TextRange[]): string {
  const text = decodeHeaderText(unfolded(value))
  const cuts = apart(ranges.map(range => withSpace(text, range)))
  const want = without(text, cuts)
  const written = foldHeader(name, rewritten(value, cuts))
  const isLawful = !/[\0\r]/u.test(written) && !isOverlong(written)
  if (isLawful && decodeHeaderText(unfolded(written)) === want) return written
  return breakOverlong(encodeHeaderText(want, name.length + 2))
}

function rewritten(value: string, cuts: readonly TextRange[]): string {
  let result = ''
  let offset = 0
  for (const { written, text, isEncoded } of headerPieces(value)) {
    const from = offset
    offset += text.length
    const inside = cuts
      .filter(({ start, end }) => start < offset && end > from)
      .map(({ start, end }) => ({ start: Math.max(0, start - from), end: end - from }))
    if (inside.length === 0) result += written
    else if (isEncoded) result += encodeHeaderText(without(text, inside), LINE_USED)
    else result += withoutUnfolded(written, inside)
  }
  return result
}

/** An encoded run may start anywhere on its line; taken as far in, its first word stays short. */
const LINE_USED = 40

/** Takes ranges, counted in the unfolded text, out of text that may be folded. */
function withoutUnfolded(written: string, ranges: readonly TextRange[]): string {
  let result = ''
  let offset = 0
  for (const line of written.split(/(?=\n[ \t])/u)) {
    const fold = line.startsWith('\n') ? '\n' : ''
    const text = line.slice(fold.length)
    const inside = ranges.map(({ start, end }) => ({
      start: Math.min(Math.max(0, start - offset), text.length),
      end: Math.min(Math.max(0, end - offset), text.length),
    }))
    const rest = without(text, inside)
    // A line that lost its white space cannot be a folded one, one that lost its words must not be.
    result += fold !== '' && /^[ \t]+\S/u.test(rest) ? fold + rest : rest
    offset += text.length
  }
  return result
}

function without(text: string, ranges: readonly TextRange[]): string {
  let rest = ''
  let at = 0
  for (const { start, end } of ranges) {
    rest += text.slice(at, start)
    at = Math.max(at, end)
  }
  return rest + text.slice(at)
}

/** The range with the space that belongs to it: one side's, or both at an edge of the text. */
function withSpace(text: string, { start, end }: TextRange): TextRange {
  const before = text.slice(0, start).trimEnd().length
  const after = text.length - text.slice(end).trimStart().length
  if (before === 0) return { start: 0, end: after }
  if (after === text.length) return { start: before, end: after }
  return before < start ? { start, end: after } : { start, end }
}

/** Ranges that grew into each other as one. */
function apart(ranges: readonly TextRange[]): readonly TextRange[] {
  const result: TextRange[] = []
  for (const range of ranges) {
    const last = result.at(-1)
    if (last === undefined || range.start > last.end) result.push(range)
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) }
  }
  return result
}
