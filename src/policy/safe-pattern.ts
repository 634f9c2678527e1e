import { GatewayError } from '../errors.js'
import { objectionTo, shapeOf } from './pattern-shape.js'

/** A regular expression of an operator that no text can make slow. */
export interface SafePattern {
  readonly source: string
  /** The text without every match. */
  removeFrom(text: string): string
}

/** Longest text that a pattern meets; longer ones are left as they are. */
export const PATTERN_TEXT_LIMIT = 4096

/** Ways of matching that one pattern may have on the longest text: well under a second. */
const WAYS_LIMIT = 2e8

/**
 * Compiles a regular expression that no text can make slow. Case is ignored.
 *
 * Shape   groups may not be repeated; no lookaround, no back reference; one repetition without an
 *         upper limit, or several small ones.
 * Throws  ERR_POLICY_PATTERN with the reason.
 */
export function compilePattern(source: string): SafePattern {
  const reason = objection(source)
  if (reason !== undefined)
    throw new GatewayError('ERR_POLICY_PATTERN', { pattern: source, reason })
  const compiled = new RegExp(source, 'giu')
  return Object.freeze({
    source,
    removeFrom: (text: string) =>
      text.length > PATTERN_TEXT_LIMIT ? text : text.replace(compiled, ''),
  })
}

function objection(source: string): string | undefined {
  const general = objectionTo(source)
  if (general !== undefined) return general
  if (new RegExp(source, 'u').test('')) return 'it matches the empty text'
  const shape = shapeOf(source)
  if (/\)[*+?{]/.test(shape)) return 'it repeats a group'
  return waysToMatch(shape) > WAYS_LIMIT
    ? 'it has too many repetitions to be tried in time'
    : undefined
}

/** Upper bound: every start, times the choices of every repetition and alternative. */
function waysToMatch(shape: string): number {
  let ways = PATTERN_TEXT_LIMIT
  for (const [token, low, high] of shape.matchAll(/\||(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/g)) {
    if (token.startsWith('|') || token.startsWith('?')) ways *= 2
    else if (low === undefined || high === '') ways *= PATTERN_TEXT_LIMIT
    else if (high !== undefined)
      ways *= Math.min(Number(high) - Number(low) + 1, PATTERN_TEXT_LIMIT)
  }
  return ways
}
