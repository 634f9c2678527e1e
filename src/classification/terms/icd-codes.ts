import type { Folded } from '../folder.js'
import type { Finds, Hit } from './find-terms.js'
import type { Lexicon } from './lexicon.js'

/** A chapter, two digits, and often a point with one or two more (ICD-10-GM, CIM-10). */
const CODE = /(?<![a-z0-9])[a-tv-z]\d\d(?:\.\d{1,2})?[!*+]?(?![a-z0-9.-])/

/** Characters behind a word such as `Diagnose` in which its code stands. */
const REACH = 60
/** Words of one text behind which is looked. */
const MAX_WORDS = 500

/**
 * Finds codes of ICD-10 behind one of the words that a dictionary asks for: alone, a sheet of paper
 * (`A4`), a room or a motorway looks like one.
 */
export function findIcdCodes(
  folded: Folded,
  { marks }: Finds,
  { terms, icdTerms }: Lexicon,
): readonly Hit[] {
  const hits: Hit[] = []
  for (const index of icdTerms) {
    const places = marks[terms[index]?.near ?? -1] ?? []
    for (const place of places.slice(0, MAX_WORDS)) {
      const found = CODE.exec(folded.text.slice(place, place + REACH))
      if (found === null) continue
      const start = place + found.index
      hits.push({ term: index, start, end: start + found[0].length })
      break
    }
  }
  return hits
}
