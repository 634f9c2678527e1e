import type { Config } from '../config/load.js'
import { addressMatcher } from '../policy/matcher.js'
import type { Language } from './letter.js'

/** How letters to one recipient are made. */
export interface SealWishes {
  /** Names of formats, the preferred one first; undefined: all, in the order of the plugins. */
  readonly formats: readonly string[] | undefined
  /** Bytes of the largest letter that is taken there. */
  readonly maxSize: number
  readonly language: Language
  /** Where passwords go, in E.164; undefined: nowhere unless the sender says. */
  readonly telephone: string | undefined
}

/** Finds how letters to a recipient are made; `row` is what said that they are. */
export type FindWishes = (recipient: string, row: string) => SealWishes

/** Rows of the decision that a rule has made begin with this. */
const RULE = 'rule.'

/** Reads `[seal]` and `[[seal_to]]`; the first table that fits counts. */
export function sealWishes({
  seal,
  seal_to: tables,
}: Pick<Config, 'seal' | 'seal_to'>): FindWishes {
  const compiled = tables.map(table => {
    const { recipients, rules } = table
    const isTo = addressMatcher(recipients.length === 0 ? undefined : recipients)
    const names = new Set(rules.map(name => `${RULE}${name}`))
    return {
      fits: (recipient: string, row: string) =>
        isTo(recipient) && (names.size === 0 || names.has(row)),
      wishes: Object.freeze({
        formats: table.formats.length === 0 ? undefined : table.formats,
        maxSize: table.max_size === 0 ? seal.max_size : table.max_size,
        language: table.language === 'default' ? seal.language : table.language,
        telephone: table.telephone === '' ? undefined : table.telephone,
      }),
    }
  })
  const others = Object.freeze({
    formats: undefined,
    maxSize: seal.max_size,
    language: seal.language,
    telephone: undefined,
  })
  return (recipient, row) => compiled.find(({ fits }) => fits(recipient, row))?.wishes ?? others
}
