import { Automaton, type Key } from './automaton.js'
import { LANGUAGES, type Dictionary, type Group, type Language } from './dictionary-schema.js'
import { COMMON_WORDS } from './language.js'
import { PROSE_MARKS, type ProseMark } from './prose-words.js'
import { compileTerm, type TermPattern } from './term-pattern.js'

/** Everything that the walk over a text looks for, compiled. */
export interface Lexicon {
  readonly automaton: Automaton
  /** By the number of a key: what may follow it. */
  readonly entries: readonly (readonly Entry[])[]
  readonly terms: readonly Term[]
  /** Numbers of the terms that stand for codes of ICD-10. */
  readonly icdTerms: readonly number[]
  readonly domains: readonly Domain[]
  /** How many sets of words that are looked for near others; their numbers begin at 0. */
  readonly sets: number
  /** Number of the set of each mark of prose. */
  readonly proseSets: ReadonlyMap<ProseMark, number>
}

/** A domain of the dictionaries with its thresholds in points. */
export interface Domain {
  readonly name: string
  readonly highFrom: number
  readonly confidentialFrom: number
}

export interface Term {
  readonly domain: number
  readonly language: Language
  readonly group: string
  readonly speaksFor: Group['for']
  readonly weight: number
  /** As the dictionary writes it. */
  readonly source: string
  readonly near: number | undefined
  readonly notNear: readonly number[]
  readonly inDisclaimers: boolean
  /** Codes of ICD-10 behind one of `near`, in place of a word. */
  readonly isIcd: boolean
}

/** What has to follow a key, and what it then is. */
export interface Entry {
  readonly pattern: TermPattern
  /** A term, a word of a set, or one of the most common words of its language. */
  readonly is: 'term' | 'mark' | 'common'
  /** Number of the term, or of the set. */
  readonly index: number
  readonly language: Language
}

/** Source of a term that stands for codes of ICD-10. */
const ICD = 'ICD-10'

/**
 * Compiles dictionaries for one walk over a text. Those of one domain are added up; the thresholds of
 * the last one hold.
 */
export function compileLexicon(dictionaries: readonly Dictionary[]): Lexicon {
  const builder = new Builder()
  for (const dictionary of dictionaries) builder.addDictionary(dictionary)
  const proseSets = new Map<ProseMark, number>()
  for (const [mark, words] of Object.entries(PROSE_MARKS) as [ProseMark, readonly string[]][]) {
    proseSets.set(mark, builder.setOf(words, 'en'))
  }
  for (const language of LANGUAGES) {
    for (const word of COMMON_WORDS[language]) builder.addCommon(language, word)
  }
  return builder.lexicon(proseSets)
}

class Builder {
  readonly #terms: Term[] = []
  readonly #domains: Domain[] = []
  readonly #entries: Entry[] = []
  readonly #sets = new Map<string, number>()

  addDictionary(dictionary: Dictionary): void {
    const domain = this.#domainOf(dictionary)
    for (const group of dictionary.group) {
      const { language, near, not_near: notNear = [] } = group
      const nearSet = near && this.setOf(near, language)
      const against = [notNear, dictionary.not_near ?? []].filter(words => words.length > 0)
      const notNearSets = against.map(words => this.setOf(words, language))
      for (const source of group.words) {
        const isIcd = source === ICD
        const term: Term = {
          domain,
          language,
          group: group.name,
          speaksFor: group.for,
          weight: group.weight,
          source,
          near: nearSet,
          notNear: notNearSets,
          inDisclaimers: group.in_disclaimers ?? false,
          isIcd,
        }
        const index = this.#terms.push(term) - 1
        if (!isIcd) this.#addEntries('term', source, language, index)
      }
    }
  }

  /** The number of a set of words; the same words are one set. */
  setOf(words: readonly string[], language: Language): number {
    const key = `${language} ${words.join('\n')}`
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    const index = this.#sets.size
    this.#sets.set(key, index)
    for (const source of words) this.#addEntries('mark', source, language, index)
    return index
  }

  lexicon(proseSets: ReadonlyMap<ProseMark, number>): Lexicon {
    const keys: Key[] = []
    const entries: Entry[][] = []
    const numbers = new Map<string, number>()
    for (const entry of this.#entries) {
      const { stem, isOpen } = entry.pattern
      const name = `${isOpen ? '*' : ''}${stem}`
      const number = numbers.get(name) ?? keys.push({ text: stem, isOpen }) - 1
      numbers.set(name, number)
      ;(entries[number] ??= []).push(entry)
    }
    return Object.freeze({
      automaton: new Automaton(keys),
      entries,
      terms: this.#terms,
      icdTerms: this.#terms.flatMap(({ isIcd }, index) => (isIcd ? [index] : [])),
      domains: this.#domains,
      sets: this.#sets.size,
      proseSets,
    })
  }

  #domainOf({
    domain,
    high_from: highFrom,
    confidential_from: confidentialFrom,
  }: Dictionary): number {
    const made = { name: domain, highFrom, confidentialFrom }
    const index = this.#domains.findIndex(({ name }) => name === domain)
    if (index < 0) return this.#domains.push(made) - 1
    this.#domains[index] = made
    return index
  }

  addCommon(language: Language, word: string): void {
    this.#addEntries('common', word, language, 0)
  }

  #addEntries(is: Entry['is'], source: string, language: Language, index: number): void {
    for (const pattern of compileTerm(source, language)) {
      this.#entries.push({ is, pattern, index, language })
    }
  }
}
