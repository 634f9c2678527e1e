import { LANGUAGES, type Language } from './dictionary-schema.js'

/** Words that every text of a language has, and few of another. */
const COMMON: Readonly<Record<Language, string>> = {
  de: 'der die das und ist nicht mit von den dem für sich auf eine ein wir ich sie ihnen bitte auch noch werden wurde sind hat haben zum zur bei oder wenn im am vom ihre ihren ihr unser unsere mein meine uns mir',
  fr: 'le les des et est une pour dans que qui vous nous avec sur pas votre notre ce cette je au aux du sont ont mais merci bonjour par ete elle mon ma',
  it: 'il lo gli che della del di per con non una sono ha nel alla dal le la suo sua nostro nostra vi ci mi grazie buongiorno questo questa anche ho abbiamo dei delle al',
  en: 'the and of to is for you we with your our this that are was have has please not from be will on it as he she his her my if',
}

/** The same as lists. */
export const COMMON_WORDS: Readonly<Record<Language, readonly string[]>> = {
  de: COMMON.de.split(' '),
  fr: COMMON.fr.split(' '),
  it: COMMON.it.split(' '),
  en: COMMON.en.split(' '),
}

/** Words of a language that make it one of a text. */
const MIN_WORDS = 3
/** Share of the words of the most frequent language. */
const MIN_SHARE = 0.1

/**
 * The languages of a text by how many of their most common words it has: `depot` says something of
 * money in German only.
 *
 * Gives   all of them where the text is too short to tell.
 */
export function languagesOf(counts: Readonly<Record<Language, number>>): ReadonlySet<Language> {
  const most = Math.max(...Object.values(counts))
  const found = LANGUAGES.filter(language => {
    const count = counts[language]
    return count >= MIN_WORDS && count >= most * MIN_SHARE
  })
  return new Set(found.length === 0 ? LANGUAGES : found)
}
