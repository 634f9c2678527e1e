/** Gives the ranges of a decoded subject that show a lock, in order and apart. */
export type LockFinder = (
  text: string,
) => readonly { readonly start: number; readonly end: number }[]

/**
 * Prepares a search for symbols that a recipient would take for ours.
 *
 * Variation selectors, joiners, combining marks and other characters that show nothing by
 * themselves belong to the character before them, so they neither hide a lock nor survive it. Width
 * and case make no difference. What stands together after a removal is looked at again: taking the
 * middle out of `[sec[secure]ure]` leaves nothing.
 */
export function lockFinder(symbols: readonly string[]): LockFinder {
  const sought = symbols.map(visibleKeys).filter(keys => keys.length > 0)
  const hasPlainText = sought.some(keys => IS_ASCII.test(keys.join('')))
  return text => {
    // Most subjects are ASCII, most locks are not: then there is nothing to look for.
    if (!hasPlainText && IS_ASCII.test(text)) return []
    const kept: Glyph[] = []
    const removed: { start: number; end: number }[] = []
    for (const glyph of glyphs(text)) {
      kept.push(glyph)
      const keys = sought.find(keys => endsWith(kept, keys))
      if (keys !== undefined) {
        for (const { start, end } of kept.splice(kept.length - keys.length))
          removed.push({ start, end })
      }
    }
    return merged(removed)
  }
}

const IS_ASCII = /^[\0-\x7f]*$/u

/** One visible character with what hangs on it. */
interface Glyph {
  readonly key: string
  readonly start: number
  readonly end: number
}

const SHOWS_NOTHING = /^[\p{M}\p{Default_Ignorable_Code_Point}]$/u

function visibleKeys(symbol: string): readonly string[] {
  return glyphs(symbol)
    .map(({ key }) => key)
    .filter(key => !SHOWS_NOTHING.test(key))
}

function glyphs(text: string): Glyph[] {
  const found: Glyph[] = []
  let start = 0
  for (const point of text) {
    const end = start + point.length
    const last = found.at(-1)
    if (last !== undefined && SHOWS_NOTHING.test(point)) found[found.length - 1] = { ...last, end }
    else found.push({ key: point.normalize('NFKC').toLowerCase(), start, end })
    start = end
  }
  return found
}

function endsWith(kept: readonly Glyph[], keys: readonly string[]): boolean {
  const offset = kept.length - keys.length
  return offset >= 0 && keys.every((key, at) => kept[offset + at]?.key === key)
}

function merged(ranges: { start: number; end: number }[]): { start: number; end: number }[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last?.end === start) last.end = end
    else result.push({ start, end })
  }
  return result
}
