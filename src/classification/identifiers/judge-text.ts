import type { ContextReader } from './context.js'
import { findNumbers, type Sighting } from './find-numbers.js'
import { foldText } from '../fold-text.js'
import type { Kind, KindId } from './kinds.js'
import { maskForeign } from './mask-foreign.js'

/** How sure it is that a number is what it looks like. */
export const CONFIDENCES = ['low', 'medium', 'high'] as const
export type Confidence = (typeof CONFIDENCES)[number]

/** A number that was found, with how sure that is. */
export interface Found {
  readonly id: KindId
  readonly value: string
  readonly confidence: Confidence
}

export interface Judgement {
  readonly found: readonly Found[]
  /** Numbers of the right form, whether or not they count. */
  readonly sightings: number
  /** What the search cost, in runs of letters or digits. */
  readonly steps: number
}

/** Characters that the context of one number reaches to the next of its kind: a row of a list. */
const ROW = 200

/** No number is without one; many short answers are. */
const DIGIT = /\p{Nd}/u

/** What is looked for in a text, and how far. */
export interface Inquiry {
  readonly kinds: readonly Kind[]
  readonly saidOf: ContextReader
  /** The text goes on: its last word may be a piece of a longer one, and is not looked at. */
  readonly isCut?: boolean
  /** Numbers of the right form after which the search ends: the text has said what it is. */
  readonly maxSightings: number
}

/** Finds the identifiers of a text. */
export function judgeText(
  text: string,
  { kinds, saidOf, isCut = false, maxSightings }: Inquiry,
): Judgement {
  if (!DIGIT.test(text)) return { found: [], sightings: 0, steps: 0 }
  const whole = maskForeign(foldText(text))
  const folded = isCut ? withoutLastWord(whole) : whole
  const { sightings, misses, steps } = findNumbers(folded, kinds, maxSightings)
  const isNoise = noiseIn(sightings, misses)
  const found: (Found & { readonly end: number })[] = []
  const lastHigh = new Map<KindId, number>()
  for (const sighting of sightings) {
    const { kind, value, start, end } = sighting
    const said = isPiece(sighting) ? 'another' : saidOf(folded, sighting)
    const isUnproved = said === 'nothing' && isNoise(kind.id)
    const last = lastHigh.get(kind.id)
    const inherits = said === 'nothing' && last !== undefined && start - last <= ROW
    const confidence = confidenceOf(sighting, inherits ? 'this' : isUnproved ? 'another' : said)
    if (confidence === 'high') lastHigh.set(kind.id, end)
    found.push({ id: kind.id, value, confidence, end })
  }
  return { found: withoutInner(found), sightings: sightings.length, steps }
}

/** A number may end where the text was cut, and mean something else as a whole. */
function withoutLastWord(text: string): string {
  let end = text.length
  while (end > 0 && end > text.length - MAX_WORD && !/\s/.test(text[end - 1] ?? '')) end--
  return text.slice(0, Math.max(0, end))
}

/** Longer than any number with its separators. */
const MAX_WORD = 100

/**
 * Whether the numbers of a kind that stand alone are chance: a list of article numbers has some with
 * the check digit of a tax number, but more without.
 */
function noiseIn(
  sightings: readonly Sighting[],
  misses: ReadonlyMap<KindId, number>,
): (id: KindId) => boolean {
  const hits = new Map<KindId, number>()
  for (const { kind, isUsual } of sightings) {
    if (isUsual) hits.set(kind.id, (hits.get(kind.id) ?? 0) + 1)
  }
  return id => (misses.get(id) ?? 0) > 0 && (misses.get(id) ?? 0) >= (hits.get(id) ?? 0)
}

/** Pieces of a table that happen to add up: the check digit of one in ten is right. */
function isPiece({ kind, isUsual, isAlone }: Sighting): boolean {
  return kind.alone !== 'any' && !isUsual && !isAlone
}

function confidenceOf({ kind, isUsual }: Sighting, said: ReturnType<ContextReader>): Confidence {
  if (kind.alone === 'any') return said === 'this' ? 'high' : 'medium'
  if (said === 'this') return 'high'
  return said === 'nothing' && kind.alone === 'usual' && isUsual ? 'medium' : 'low'
}

/**
 * Without those that lie inside another one: what is in an IBAN is no card, whatever word stands near.
 * They come in the order of their starts.
 */
function withoutInner(found: readonly (Found & { readonly end: number })[]): readonly Found[] {
  const kept: Found[] = []
  let outer: { readonly end: number; readonly confidence: Confidence } | undefined
  for (const { id, value, confidence, end } of found) {
    const isInside = outer !== undefined && end <= outer.end
    if (isInside && (outer?.confidence !== 'low' || confidence === 'low')) continue
    kept.push({ id, value, confidence })
    if (!isInside) outer = { end, confidence }
  }
  return kept
}
