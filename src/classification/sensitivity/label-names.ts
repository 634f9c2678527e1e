import type { RiskClass } from '../../policy/model.js'

/** Gives the class that the name of a label asks for; undefined for a name that asks for none. */
export type NameReader = (name: string) => RiskClass | undefined

/**
 * Prepares the terms of milter.conf.
 *
 * A name asks for a class when it holds one of its terms as whole words, whatever stands around:
 * `Confidential \ All Employees`, `C3 – Streng vertraulich`. A term behind a "not" does not count.
 * Lists are tried in the order given.
 */
export function nameReader(
  lists: readonly (readonly [RiskClass, readonly string[]])[],
): NameReader {
  const prepared = lists.map(
    ([riskClass, terms]) => [riskClass, terms.map(words).filter(term => term !== ' ')] as const,
  )
  return name => {
    const text = words(name.slice(0, MAX_NAME)).replaceAll(NEGATED, ' ')
    return prepared.find(([, terms]) => terms.some(term => text.includes(term)))?.[0]
  }
}

/** Characters of a name that are looked at; Purview allows 64. */
const MAX_NAME = 500

/** "not" in four languages with the one word that it takes back. */
const NEGATED = /(?<= )(?:nicht|kein|keine|not|non|no|pas) \S+/gu

/** Words in lower case without accents, a space before, between and behind them. */
function words(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return ` ${plain.match(/[\p{L}\p{N}]+/gu)?.join(' ') ?? ''} `.replace('  ', ' ')
}
