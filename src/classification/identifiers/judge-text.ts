import type { ContextReader } from './context.js'
import type { Folded } from '../folder.js'
import type { Pace } from '../pace.js'
import { NumberSearch, type Sighting } from './find-numbers.js'
import type { Kind, KindId } from './kinds.js'

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

/** Characters whose numbers are looked for at a time: some milliseconds, whatever they are. */
const SLICE = 0x2000

/** What is looked for in a text, and how far. */
export interface Inquiry {
  readonly kinds: readonly Kind[]
  readonly saidOf: ContextReader
  /** The text goes on: its last word may be a piece of a longer one, and is not looked at. */
  readonly isCut?: boolean
  /** Numbers of the right form after which the search ends: the text has said what it is. */
  readonly maxSightings: number
}

/** Finds the identifiers of a folded text, in slices. */
export async function judgeText(
  text: Folded,
  { kinds, saidOf, isCut = false, maxSightings }: Inquiry,
  pace: Pace,
): Promise<Judgement> {
  const end = isCut ? withoutLastWord(text) : text.length
  const search = new NumberSearch(text, kinds, { maxSightings, end })
  while (!search.isDone) {
    search.run(SLICE)
    if (end > SLICE) await pace.step()
  }
  const { sightings, misses, steps } = search
  const isNoise = noiseIn(sightings, misses)
  const found: (Found & { readonly end: number })[] = []
  const lastHigh = new Map<KindId, number>()
  for (const [index, sighting] of sightings.entries()) {
    if (index % SIGHTINGS === SIGHTINGS - 1) await pace.step()
    const { kind, value, start, end } = sighting
    const said = isPiece(sighting) ? 'another' : saidOf(text, sighting)
    const isUnproved = said === 'nothing' && isNoise(kind.id)
    const last = lastHigh.get(kind.id)
    const inherits = said === 'nothing' && last !== undefined && start - last <= ROW
    const confidence = confidenceOf(sighting, inherits ? 'this' : isUnproved ? 'another' : said)
    if (confidence === 'high') lastHigh.set(kind.id, end)
    found.push({ id: kind.id, value, confidence, end })
  }
  return { found: withoutInner(found), sightings: sightings.length, steps }
}

/** Sightings whose words are looked at between two looks at the clock. */
const SIGHTINGS = 200

/** Where the last word begins: it may be cut, and mean something else as a whole. */
function withoutLastWord({ codes, length }: Folded): number {
  let end = length
  while (end > 0 && end > length - MAX_WORD) {
    const code = codes[end - 1]
    if (code === 0x20 || code === 0x0a) break
    end--
  }
  return end
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
