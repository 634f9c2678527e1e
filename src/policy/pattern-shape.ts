import { reasonOf } from '../errors.js'

/** Longest regular expression that an operator may write. */
const LONGEST = 1000

/**
 * What is left of a regular expression when every escape, class and plain group is taken for a
 * letter or a parenthesis: its groups, alternatives and repetitions.
 */
export function shapeOf(source: string): string {
  return source
    .replace(/\\[pPu]\{[^}]*\}|\\./g, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
    .replace(/\(\?:/g, '(')
}

/** Why a regular expression is not taken, whatever the texts are that it meets; undefined when it is. */
export function objectionTo(source: string): string | undefined {
  if (source.length > LONGEST) return `it is longer than ${LONGEST} characters`
  try {
    void new RegExp(source, 'u')
  } catch (cause) {
    return reasonOf(cause)
  }
  if (/\\[1-9]|\\k</.test(source)) return 'it refers back'
  return shapeOf(source).includes('(?') ? 'it has a group other than (…) and (?:…)' : undefined
}
