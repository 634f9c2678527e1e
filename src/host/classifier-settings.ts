import { choice, integer, list, path, size, table, text } from '../config/kinds.js'
import type { Settings, Values } from '../config/setting.js'
import {
  CONFIDENTIAL_FROM,
  HIGH_FROM,
  LEAST_CONFIDENCE,
  type IdentifierOptions,
} from '../classification/identifiers/identifier-judge.js'
import { CONFIDENCES } from '../classification/identifiers/judge-text.js'
import { KIND_IDS } from '../classification/identifiers/kinds.js'
import type { DictionaryOptions } from '../classification/terms/dictionary-judge.js'
import { loadLexicon, loadWords } from './dictionaries.js'

/** Settings of every classifier that reads text: how much of it. */
export const TEXT_SETTINGS = {
  max_part_size: size({
    default: '1M',
    min: '1K',
    max: '8M',
    doc: 'Bytes of one text part that are read.',
  }),
  max_message_size: size({
    default: '2M',
    min: '1K',
    max: '64M',
    doc: 'Text of one message that is read, all parts together.',
  }),
} as const satisfies Settings

const NAMES = new RegExp(`^(?:${KIND_IDS.join('|')})$`)

const count = integer({ max: 10_000, doc: 'Different numbers in one message.' })
const confidence = choice({ values: CONFIDENCES, doc: 'How sure.' })
const words = list({
  of: text({ doc: 'A word or several.', maxLength: 60 }),
  max: 200,
  doc: 'Context words.',
})

/** Settings of every classifier that looks for numbers of persons. */
export const IDENTIFIER_SETTINGS = {
  high_from: table({
    of: count,
    names: NAMES,
    default: HIGH_FROM,
    doc: 'From how many different numbers on the class is at least high; 0 is never. A name that is left out keeps its default.',
  }),
  confidential_from: table({
    of: count,
    names: NAMES,
    default: CONFIDENTIAL_FROM,
    doc: 'From how many on it is confidential; 0 is never. A name that is left out keeps its default.',
  }),
  least_confidence: table({
    of: confidence,
    names: NAMES,
    default: LEAST_CONFIDENCE,
    doc: 'What is less sure does not count. A name that is left out keeps its default.',
  }),
  context_words: table({
    of: words,
    names: NAMES,
    default: {},
    doc: 'Words near a number that say what it is, in place of the shipped ones; an asterisk at either end stands for more letters.',
  }),
} as const satisfies Settings

/** What the settings say, as `identifierJudges` takes it. */
export function identifierOptions(
  config: Values<typeof IDENTIFIER_SETTINGS>,
): Omit<IdentifierOptions, 'maxText'> {
  return {
    thresholds: {
      highFrom: config.high_from,
      confidentialFrom: config.confidential_from,
      leastConfidence: config.least_confidence,
    },
    contextWords: config.context_words,
  }
}

const points = integer({ max: 1000, doc: 'Points.' })
const DOMAIN = /^[a-z][a-z0-9-]{0,29}$/

/** Settings of every classifier that looks for words of the dictionaries. */
export const DICTIONARY_SETTINGS = {
  dictionaries: list({
    of: path({ doc: '', default: '' }),
    max: 100,
    default: [],
    doc: 'Files of own dictionaries, in addition to the shipped ones in policies/dictionaries; one with the domain of another adds to it.',
  }),
  high_from_points: table({
    of: points,
    names: DOMAIN,
    default: {},
    doc: 'By domain: points from which the class is at least high, in place of what its dictionary says; 0 is never.',
  }),
  confidential_from_points: table({
    of: points,
    names: DOMAIN,
    default: {},
    doc: 'By domain: points from which it is confidential; 0 is never.',
  }),
  quoted_percent: integer({
    default: 50,
    min: 0,
    max: 100,
    doc: 'How many parts in a hundred words in answered mail count; what is forwarded counts in full.',
  }),
} as const satisfies Settings

/**
 * What the settings say, as `dictionaryJudges` takes it: dictionaries read and compiled.
 *
 * Throws  as `loadLexicon`.
 */
export function dictionaryOptions(
  config: Values<typeof DICTIONARY_SETTINGS>,
): Omit<DictionaryOptions, 'maxText'> {
  return {
    lexicon: loadLexicon(config.dictionaries),
    learned: loadWords(config.dictionaries),
    thresholds: {
      highFrom: config.high_from_points,
      confidentialFrom: config.confidential_from_points,
    },
    quotedPercent: config.quoted_percent,
  }
}
