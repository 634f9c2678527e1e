import { normalDomain } from '../policy/matcher.js'
import { LEVELS, type Level } from '../policy/model.js'
import { UsageError } from './exit.js'

/**
 * Reads `--assume DOMAIN=LEVEL`, which puts a level in place of what the store knows.
 *
 * Throws  UsageError for anything else.
 */
export function parseAssumptions(texts: readonly string[]): ReadonlyMap<string, Level> {
  const levels = new Map<string, Level>()
  for (const text of texts) {
    const at = text.lastIndexOf('=')
    const level = LEVELS.find(known => known === text.slice(at + 1))
    if (at < 1 || level === undefined) {
      throw new UsageError(
        `--assume ${text}: write DOMAIN=LEVEL, LEVEL one of ${LEVELS.join(', ')}`,
      )
    }
    levels.set(normalDomain(text.slice(0, at)), level)
  }
  return levels
}
