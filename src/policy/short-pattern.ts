import { GatewayError } from '../errors.js'
import { objectionTo, shapeOf } from './pattern-shape.js'

/** Texts that a short pattern meets: a path, a file name, the value of a header. */
export const SHORT_TEXT_LIMIT = 512

/** Repetitions without a limit that one pattern may have: 512 characters to the third power of steps. */
const REPETITION_LIMIT = 2

export type ShortPattern = (text: string) => boolean

/**
 * Compiles a regular expression for short texts, that no text can make slow. Case is ignored.
 *
 * Shape   as in `compilePattern`, but a group may be optional: the texts are short.
 * Gives   a test that is false for texts of more than 512 characters.
 * Throws  ERR_POLICY_PATTERN with the reason.
 */
export function compileShortPattern(source: string): ShortPattern {
  const reason = objection(source)
  if (reason !== undefined)
    throw new GatewayError('ERR_POLICY_PATTERN', { pattern: source, reason })
  const compiled = new RegExp(source, 'iu')
  return text => text.length <= SHORT_TEXT_LIMIT && compiled.test(text)
}

function objection(source: string): string | undefined {
  const general = objectionTo(source)
  if (general !== undefined) return general
  const shape = shapeOf(source)
  if (/\)[*+{]/.test(shape)) return 'it repeats a group'
  const repetitions = shape.match(/[*+{]/g)?.length ?? 0
  return repetitions > REPETITION_LIMIT ? 'it has too many repetitions' : undefined
}
