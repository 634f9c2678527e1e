import type { Folded } from '../folder.js'

/** What of a text is looked up: a word, the front or the end of a longer one, two words together. */
export type FeatureKind = 'word' | 'front' | 'end' | 'pair'

/** Is told of each feature of a text; `first` and `last` are the words that it is made of. */
export type FeatureVisitor = (
  hash: number,
  kind: FeatureKind,
  first: WordPlace,
  last: WordPlace,
) => void

/** Where a word stands in a folded text. */
export interface WordPlace {
  readonly start: number
  readonly end: number
}

/** Letters of the front and of the end of a word that tell what it is about in any form of it. */
const PIECE = 5
/** Letters from which a word has a front, or an end, of its own. */
const HAS_FRONT = 6
const HAS_END = 8
/** Longer words say nothing. */
const MAX_WORD = 60

const SEED = 0x811c_9dc5
const PRIME = 0x0100_0193
const SALTS: Readonly<Record<FeatureKind, number>> = { word: 1, front: 2, end: 3, pair: 4 }

/** Hash of a number as a word: how many digits it has says more than its value. */
const NUMBER = 0x23
const YEAR = 0x24
const BEGIN: WordPlace = { start: 0, end: 0 }

/** Walks over the words between two places of a folded text. Numbers are words of one kind, those of four digits of another. */
export function eachFeature(
  { codes }: Folded,
  from: number,
  to: number,
  visit: FeatureVisitor,
): void {
  let before = SEED
  let last = BEGIN
  for (let at = from; at < to;) {
    const code = codes[at] ?? 0
    const isLetter = code >= 0x61 && code <= 0x7a
    const isDigit = code >= 0x30 && code <= 0x39
    if (!isLetter && !isDigit) {
      at += 1
      continue
    }
    const start = at
    let hash = SEED
    let front = 0
    while (at < to) {
      const next = codes[at] ?? 0
      if (isLetter ? next < 0x61 || next > 0x7a : next < 0x30 || next > 0x39) break
      hash = Math.imul(hash ^ next, PRIME)
      at += 1
      if (at - start === PIECE) front = hash
    }
    const length = at - start
    const place = { start, end: at }
    if (isDigit) hash = Math.imul(SEED ^ (length === 4 ? YEAR : NUMBER), PRIME)
    else if (length <= MAX_WORD) {
      if (length > 1) visit(salted(hash, 'word'), 'word', place, place)
      if (length >= HAS_FRONT) visit(salted(front, 'front'), 'front', place, place)
      if (length >= HAS_END) {
        let end = SEED
        for (let piece = at - PIECE; piece < at; piece++) {
          end = Math.imul(end ^ (codes[piece] ?? 0), PRIME)
        }
        visit(salted(end, 'end'), 'end', place, place)
      }
    }
    if (last !== BEGIN) visit(salted(Math.imul(before, 31) ^ hash, 'pair'), 'pair', last, place)
    before = hash
    last = place
  }
}

/** As the list of weights writes a feature: `word diagnose`, `front diagn`, `pair # mg`. */
export function featureName(
  { codes }: Folded,
  kind: FeatureKind,
  first: WordPlace,
  last: WordPlace,
): string {
  const text = ({ start, end }: WordPlace): string => {
    const word = codes.toString('latin1', start, end)
    if (!/^\d/.test(word)) return word
    return word.length === 4 ? '####' : '#'
  }
  if (kind === 'pair') return `pair ${text(first)} ${text(last)}`
  const word = text(first)
  if (kind === 'front') return `front ${word.slice(0, PIECE)}`
  return kind === 'end' ? `end ${word.slice(-PIECE)}` : `word ${word}`
}

/**
 * The hash that a feature of this name has.
 *
 * Throws  an Error for a name that is none.
 */
export function hashOfName(name: string): number {
  const [kind = '', first = '', second] = name.split(' ')
  if (kind === 'pair' && second !== undefined) {
    return salted(Math.imul(hashOfWord(first), 31) ^ hashOfWord(second), 'pair')
  }
  if ((kind !== 'word' && kind !== 'front' && kind !== 'end') || !/^[a-z]+$/.test(first))
    throw new Error(`${name} is no feature`)
  return salted(hashOfWord(first), kind)
}

function hashOfWord(word: string): number {
  if (word === '#') return Math.imul(SEED ^ NUMBER, PRIME)
  if (word === '####') return Math.imul(SEED ^ YEAR, PRIME)
  let hash = SEED
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), PRIME)
  return hash
}

function salted(hash: number, kind: FeatureKind): number {
  const mixed = Math.imul(hash ^ (hash >>> 15) ^ (SALTS[kind] << 28), 0x2c1b_3c6d)
  return mixed ^ (mixed >>> 13)
}
