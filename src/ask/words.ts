import type { AskChoice } from '../policy/model.js'
import type { Language } from './language.js'

/** The word by which each choice is answered, in capitals so that it stands out. */
export const CHOICE_WORDS: Readonly<Record<Language, Readonly<Record<AskChoice, string>>>> = {
  de: { seal: 'VERSIEGELN', send: 'SENDEN', cancel: 'ABBRECHEN' },
  fr: { seal: 'SCELLER', send: 'ENVOYER', cancel: 'ANNULER' },
  it: { seal: 'SIGILLARE', send: 'INVIARE', cancel: 'ANNULLARE' },
  en: { seal: 'SEAL', send: 'SEND', cancel: 'CANCEL' },
}

/** Longest line that may be a choice; what people write has quotes or a full stop around the word. */
const MAX_LINE = 60

/**
 * The choice that a line of text is: one word of any of the languages, and nothing else.
 *
 * Gives   undefined for everything else, two choices in a row too.
 */
export function choiceIn(line: string): AskChoice | undefined {
  if (line.length > MAX_LINE) return undefined
  const word = line
    .normalize('NFKC')
    .replace(/^[\s"'“”„«»*_]+|[\s"'“”«»*_.!,]+$/gu, '')
    .toUpperCase()
  return WORDS.get(word)
}

const WORDS: ReadonlyMap<string, AskChoice> = new Map(
  Object.values(CHOICE_WORDS).flatMap(words =>
    Object.entries(words).map(([choice, word]) => [word, choice as AskChoice] as const),
  ),
)
