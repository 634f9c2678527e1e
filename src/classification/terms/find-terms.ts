import type { Folded } from '../folder.js'
import type { Pace } from '../pace.js'
import type { Lexicon } from './lexicon.js'
import { followsAt } from './term-pattern.js'

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
  let marksLeft = MAX_MARKS
  const onFound = (key: number, end: number): void => {
    for (const { pattern, index, isTerm } of entries[key] ?? []) {
      const behind = followsAt(codes, length, end, pattern.rest)
      if (behind < 0) continue
      if (isTerm) {
        if (hits.length < MAX_HITS) {
          hits.push({ term: index, start: end - pattern.stem.length, end: behind })
        }
      } else if (marksLeft-- > 0) (marks[index] ??= []).push(end)
    }
  }
  let state = automaton.start
  for (let at = 0; at < length; at += SLICE) {
    state = automaton.walk(codes, at, Math.min(at + SLICE, length), state, onFound)
    if (length > SLICE) await pace.step()
  }
  return { hits, marks }
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
