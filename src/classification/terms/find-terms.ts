import type { Folded } from '../folder.js'
import type { Pace } from '../pace.js'
import type { Language } from './dictionary-schema.js'
import type { Lexicon } from './lexicon.js'
import { followsAt, isWordCode } from './term-pattern.js'

/** A term of a dictionary in a folded text. */
export interface Hit {
  /** Number of the term. */
  readonly term: number
  readonly start: number
  readonly end: number
}

/** What a walk over a text found. */
export interface Finds {
  readonly hits: readonly Hit[]
  /** By the number of a set: where its words end, ascending. */
  readonly marks: readonly (readonly number[] | undefined)[]
  /** How many of the most common words of each language there are. */
  readonly common: Readonly<Record<Language, number>>
}

/** Characters that are walked over at a time. */
const SLICE = 0x1_0000
/** Hits after which a text has said what it is, and marks that one text may have. */
const MAX_HITS = 5000
const MAX_MARKS = 50_000

/** Finds the terms of the dictionaries, and what stands for or against them, in a folded text. */
export async function findTerms(
  { codes, length }: Folded,
  { automaton, entries, sets }: Lexicon,
  pace: Pace,
): Promise<Finds> {
  const hits: Hit[] = []
  const marks: (number[] | undefined)[] = Array.from({ length: sets })
  const common = { de: 0, fr: 0, it: 0, en: 0 }
  let marksLeft = MAX_MARKS
  const onFound = (key: number, end: number): void => {
    for (const { is, pattern, index, language } of entries[key] ?? []) {
      if (is === 'common') {
        common[language] += 1
        continue
      }
      // A boundary that was looked for is no part of the word.
      const last = pattern.stem.endsWith(' ') ? end - 1 : end
      const behind = pattern.rest.length === 0 ? last : followsAt(codes, length, end, pattern.rest)
      if (behind < 0) continue
      if (is === 'mark') {
        if (marksLeft-- > 0) (marks[index] ??= []).push(last)
      } else if (hits.length < MAX_HITS) {
        hits.push({ term: index, start: startOf(codes, last, pattern.stem), end: behind })
      }
    }
  }
  let state = automaton.start
  // One beyond the text, so that its last word has a boundary behind it.
  for (let at = 0; at <= length; at += SLICE) {
    state = automaton.walk(codes, at, Math.min(at + SLICE, length + 1), state, onFound)
    if (length > SLICE) await pace.step()
  }
  return { hits, marks, common }
}

/** Where a stem begins that ends at `end`: a space in it may be several marks. */
function startOf(codes: Buffer, end: number, stem: string): number {
  const words = stem.trim().split(' ')
  let at = end
  for (let word = words.length - 1; word >= 0; word--) {
    at -= words[word]?.length ?? 0
    if (word > 0) while (at > 0 && !isWordCode(codes[at - 1] ?? 0)) at--
  }
  return at
}

/** Whether a word of a set ends between two places. */
export function hasMark(marks: Finds['marks'], set: number, from: number, to: number): boolean {
  return firstMark(marks[set] ?? [], from) <= to
}

/** The first place at or behind `from`; infinite where there is none. */
export function firstMark(places: readonly number[], from: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return places[low] ?? Number.POSITIVE_INFINITY
}
