import type { Level } from './model.js'

/** A lane that failed says more about a domain than the level on record. */
const AT_MOST: Readonly<Record<string, Level>> = { qtls: 'mandatory', tls: 'none' }

/**
 * The level that a domain still has for a message which lanes have handed back.
 *
 * Gives   `level`, or less: what could not be had by `qtls` is not qualified, what could not be had
 *         by `tls` is not encrypted. `undetermined` stays when nothing better was tried.
 */
export function levelAfter(level: Level, tried: readonly string[]): Level {
  let known = level
  for (const lane of tried) {
    const limit = AT_MOST[lane]
    if (limit !== undefined && RANK[limit] < RANK[known]) known = limit
  }
  return known
}

/** An undetermined domain may turn out as anything, so a lane that failed says more. */
const RANK: Readonly<Record<Level, number>> = {
  none: 0,
  mandatory: 1,
  qualified: 2,
  undetermined: 3,
  internal: -1,
}
