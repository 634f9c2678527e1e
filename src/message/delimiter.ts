/** How a line relates to the boundaries that are in force. */
export interface DelimiterMatch {
  /** Index into the boundaries given; undefined when the line is no delimiter. */
  readonly index: number | undefined
  readonly isEnd: boolean
  /** The line fits more than one boundary. */
  readonly isCollision: boolean
  /** Index of a boundary that the line starts with and goes on after; set only without a match. */
  readonly prefixOf: number | undefined
}

/** Longest line that can be a delimiter, its line break included. */
export const MAX_DELIMITER_LINE = 1200

/** Longest boundary that is looked for; RFC 2046 section 5.1.1 allows 70. */
export const MAX_BOUNDARY = 1000

/**
 * Compares a line that starts with two hyphens with the boundaries in force, last one first.
 *
 * White space after the boundary is padding (RFC 2046 section 5.1.1). Anything else after it makes
 * the line content for us; readers that compare only the front of the line see it otherwise.
 *
 * Shape   the line is `bytes` from `start` to `stop`, with or without its line break.
 */
export function matchDelimiter(
  bytes: Buffer,
  start: number,
  stop: number,
  boundaries: readonly (Buffer | undefined)[],
): DelimiterMatch {
  const from = start + 2
  const isPlausible = stop - start <= MAX_DELIMITER_LINE
  const end = isPlausible ? contentEnd(bytes, from, stop) : stop
  let index: number | undefined
  let isEnd = false
  let isCollision = false
  let prefixOf: number | undefined
  for (let at = boundaries.length - 1; at >= 0; at--) {
    const boundary = boundaries[at]
    if (boundary === undefined || !standsAt(bytes, from, end, boundary)) continue
    const rest = end - from - boundary.length
    const isClosing = rest === 2 && bytes[end - 1] === HYPHEN && bytes[end - 2] === HYPHEN
    if (!isPlausible || (rest !== 0 && !isClosing)) prefixOf ??= at
    else if (index !== undefined) isCollision = true
    else {
      index = at
      isEnd = isClosing
    }
  }
  if (index === undefined && prefixOf === undefined) return NO_MATCH
  return { index, isEnd, isCollision, prefixOf: index === undefined ? prefixOf : undefined }
}

const NO_MATCH: DelimiterMatch = Object.freeze({
  index: undefined,
  isEnd: false,
  isCollision: false,
  prefixOf: undefined,
})

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const HYPHEN = 0x2d

/** Byte by byte: a native comparison costs more than a boundary is long, and most differ early. */
function standsAt(bytes: Buffer, from: number, end: number, boundary: Buffer): boolean {
  if (end - from < boundary.length) return false
  for (let at = 0; at < boundary.length; at++) {
    if (bytes[from + at] !== boundary[at]) return false
  }
  return true
}

function contentEnd(bytes: Buffer, from: number, stop: number): number {
  let end = stop
  if (bytes[end - 1] === LF) end--
  if (bytes[end - 1] === CR) end--
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--
  return Math.max(end, from)
}
