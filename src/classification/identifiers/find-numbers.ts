import type { Folded } from '../folder.js'
import type { Kind, KindId } from './kinds.js'

/** A number in a folded text whose form and check digit are those of a kind. */
export interface Sighting {
  readonly kind: Kind
  /** Without separators, in upper case. */
  readonly value: string
  readonly start: number
  readonly end: number
  /** Whether its groups are the usual ones, and nothing is tied to its front. */
  readonly isUsual: boolean
  /** Whether no other digits stand beside it that could belong to it. */
  readonly isAlone: boolean
}

/** Letters that a number may begin with: those of `CHE`, and of an identity document. */
const MAX_FRONT_LETTERS = 4
/** Letters together inside a number that begins with a digit: in old identity documents. */
const MAX_INNER_LETTERS = 3
/** Characters between two groups of one number: `. `, ` - `. */
const MAX_GAP = 3

/** What a search goes on from. */
export interface SearchLimits {
  readonly maxSightings: number
  /** Characters at the end that are not looked at. */
  readonly end: number
}

/**
 * Finds numbers in a folded text, whatever separates their groups.
 *
 * From each run of digits, and from the letters before it, it puts runs together until they are too
 * long, and tries the kinds of each length on the way. A number takes at most 34 characters, so what is
 * done from one start has a limit, and the whole is linear. The search ends with the text, or with
 * `maxSightings`; it can be made in slices.
 */
export class NumberSearch {
  readonly sightings: Sighting[] = []
  /** Numbers of the form of a kind that may stand alone in usual groups, with a wrong check digit. */
  readonly misses = new Map<KindId, number>()
  /** Runs of letters or digits that were looked at: what the search cost. */
  steps = 0
  readonly #text: Text
  readonly #ofDigit: ByLength
  readonly #ofLetter: ByLength
  readonly #maxSightings: number
  #at = 0

  constructor(folded: Folded, kinds: readonly Kind[], { maxSightings, end }: SearchLimits) {
    this.#text = { codes: folded.codes, length: end, folded }
    const { ofDigit, ofLetter } = byFront(kinds)
    this.#ofDigit = ofDigit
    this.#ofLetter = ofLetter
    this.#maxSightings = maxSightings
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length || this.sightings.length >= this.#maxSightings
  }

  /** Looks at the numbers that begin in the next `characters` of the text. */
  run(characters: number): void {
    const text = this.#text
    const { codes } = text
    const end = Math.min(text.length, this.#at + characters)
    let at = this.#at
    while (at < end && this.sightings.length < this.#maxSightings) {
      if (TYPES[codes[at] ?? 0] !== DIGIT) {
        at += 1
        continue
      }
      this.#growLetters(at)
      if (isFront(text, at)) this.#grow(at, this.#ofDigit)
      at = runEnd(text, at)
    }
    this.#at = at
  }

  /** Behind the first letters of every number is a digit; in prose a word is followed by a word. */
  #growLetters(digitAt: number): void {
    const text = this.#text
    let end = digitAt
    while (end > 0 && digitAt - end < MAX_GAP && typeOf(text, end - 1) === OTHER) end--
    let start = end
    while (end - start <= MAX_FRONT_LETTERS && typeOf(text, start - 1) === LETTER) start--
    this.steps += 1
    if (start === end || end - start > MAX_FRONT_LETTERS) return
    if (isFront(text, start) && nextRun(text, end) === digitAt) this.#grow(start, this.#ofLetter)
  }

  #grow(start: number, kinds: ByLength): void {
    this.steps += growFrom(this.#text, start, kinds, this)
  }
}

/** A folded text, up to where it is looked at. */
interface Text {
  readonly codes: Buffer
  readonly length: number
  readonly folded: Folded
}

/** Kinds by the number of their characters. */
interface ByLength {
  readonly longest: number
  readonly of: readonly (readonly Kind[] | undefined)[]
}

/** What searches for the same kinds begin with. */
const fronts = new WeakMap<readonly Kind[], ReturnType<typeof newFronts>>()

function byFront(kinds: readonly Kind[]): ReturnType<typeof newFronts> {
  const known = fronts.get(kinds) ?? newFronts(kinds)
  fronts.set(kinds, known)
  return known
}

function newFronts(kinds: readonly Kind[]) {
  return {
    ofDigit: byLength(kinds.filter(({ front }) => front !== 'letter')),
    ofLetter: byLength(kinds.filter(({ front }) => front !== 'digit')),
  }
}

function byLength(kinds: readonly Kind[]): ByLength {
  const longest = Math.max(0, ...kinds.flatMap(kind => kind.lengths))
  const of = Array.from({ length: longest + 1 }, (_, length) => {
    const those = kinds.filter(kind => kind.lengths.includes(length))
    return those.length === 0 ? undefined : those
  })
  return { longest, of }
}

const OTHER = 0
const DIGIT = 1
const LETTER = 2

/** What each code of a folded text is. */
const TYPES = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x30 && code <= 0x39) return DIGIT
  return code >= 0x61 && code <= 0x7a ? LETTER : OTHER
})

/** What a search fills. */
interface Harvest {
  readonly sightings: Sighting[]
  readonly misses: Map<KindId, number>
}

/** Puts runs together from one start; gives the number of those that it looked at. */
function growFrom(text: Text, start: number, kinds: ByLength, into: Harvest): number {
  const isDigitFirst = typeOf(text, start) === DIGIT
  let length = 0
  let letters = 0
  let at = start
  let steps = 0
  while (at >= 0) {
    const end = runEnd(text, at, kinds.longest + 1)
    const isLetters = typeOf(text, at) === LETTER
    steps += 1
    length += end - at
    if (isLetters) letters += end - at
    const isWord = isDigitFirst && isLetters && end - at > MAX_INNER_LETTERS
    if (isWord || length > kinds.longest) break
    const ofLength = kinds.of[length]
    // What goes on without a separator is a piece of something longer.
    if (ofLength !== undefined && mayEnd(text, end)) {
      tryKinds(text, { start, end, length, letters }, ofLength, into)
    }
    at = nextRun(text, end)
  }
  return steps
}

/** Where a number may stand, and how many letters and digits it has. */
interface Span {
  readonly start: number
  readonly end: number
  readonly length: number
  readonly letters: number
}

function tryKinds(text: Text, span: Span, kinds: readonly Kind[], into: Harvest): void {
  const { start, end, length, letters } = span
  const first = text.codes[start] ?? 0
  let written: string | undefined
  let value = ''
  for (const kind of kinds) {
    // What most numbers fail at costs least.
    if (kind.letters !== undefined && kind.letters !== letters) continue
    if (kind.begins !== undefined && !kind.begins.includes(first)) continue
    if (written === undefined) {
      written = text.folded.text.slice(start, end)
      value = length === end - start ? written : written.replace(/[^a-z0-9]/g, '')
      if (letters > 0) value = value.toUpperCase()
    }
    if (!kind.form.test(value)) continue
    const isRight = kind.check(value)
    if (!isRight && kind.alone !== 'usual') continue
    if (!standsFree(text, { kind, start, end }, written)) continue
    const isUsual = hasUsualGroups(text, { kind, start }, written)
    if (isRight) {
      into.sightings.push({ kind, value, start, end, isUsual, isAlone: isAlone(text, start, end) })
    } else if (isUsual) into.misses.set(kind.id, (into.misses.get(kind.id) ?? 0) + 1)
  }
}

/** Behind a number is neither letter nor digit, but for the nationality in a machine-readable zone. */
function mayEnd(text: Text, end: number): boolean {
  return typeOf(text, end) === OTHER || text.codes[end] === 0x64
}

/** Whether the characters are not a piece of something longer. */
function standsFree(
  text: Text,
  { kind, start, end }: Pick<Sighting, 'kind' | 'start' | 'end'>,
  written: string,
): boolean {
  const { codes } = text
  // The machine-readable zone has the nationality behind the check digit.
  const isZone = kind.id === 'id-document' && codes[end] === 0x64 && typeOf(text, end + 1) === OTHER
  if (!isZone && typeOf(text, end) !== OTHER) return false
  if (isTied(text, start - 1, start - 2, written)) return false
  if (isTied(text, end, end + 1, written)) return false
  // A decimal fraction, or a time of day.
  if (codes[end] === 0x3a && typeOf(text, end + 1) === DIGIT) return false
  if (codes[end] !== 0x2c && codes[end] !== 0x2e) return true
  return !/^[,.]\d\d(?![\d./-])/.test(text.folded.text.slice(end, end + 4))
}

function hasUsualGroups(
  text: Text,
  { kind, start }: Pick<Sighting, 'kind' | 'start'>,
  written: string,
): boolean {
  if (/[-/_#]/.test(charAt(text, start - 1)) && typeOf(text, start - 2) !== OTHER) return false
  if (kind.groups.length === 0) return true
  const groups = written.split(/[-./ \n]+/).map(group => group.length)
  return kind.groups.includes(groups.join('-'))
}

/** Whether a number may begin here: behind neither a word, other than `AHV` and the like, nor a plus. */
function isFront(text: Text, start: number): boolean {
  if (typeOf(text, start - 1) === OTHER) return text.codes[start - 1] !== 0x2b
  const before = text.folded.text.slice(Math.max(0, start - 13), start)
  const word = /(?:^|[^a-z0-9])([a-z]{2,12})$/.exec(before)?.[1]
  return word !== undefined && ABBREVIATIONS.has(word)
}

/** What people write without a space before a number. */
const ABBREVIATIONS = new Set(['ahv', 'avs', 'ahvnr', 'avsno', 'nr', 'no', 'lanr', 'svnr', 'rvnr'])

/**
 * Whether more digits hang on the number by the separator that it has itself, or by a point: then
 * it is a piece of a longer one.
 */
function isTied(text: Text, separatorAt: number, digitAt: number, written: string): boolean {
  const separator = charAt(text, separatorAt)
  if (!/[./-]/.test(separator) || typeOf(text, digitAt) !== DIGIT) return false
  return separator === '.' || written.includes(separator)
}

/** Whether no digits stand so near that a reader could take them for a part of the number. */
function isAlone(text: Text, start: number, end: number): boolean {
  if (text.codes[end] === 0x25) return false
  const before = text.folded.text.slice(Math.max(0, start - MAX_GAP - 1), start)
  const behind = text.folded.text.slice(end, Math.min(text.length, end + MAX_GAP + 1))
  return !/\d[-. /\n]*$/.test(before) && !/^[-. /\n]*\d/.test(behind)
}

/**
 * Where the next group begins: at once between a letter and a digit, else behind white space, a
 * point, a hyphen or a slash, or one of these with white space. Negative where the number ends.
 */
function nextRun({ codes, length }: Text, at: number): number {
  let marks = 0
  for (let next = at; next <= at + MAX_GAP && next < length; next++) {
    const code = codes[next] ?? 0
    if (TYPES[code] !== OTHER) return next
    if (code === 0x2e || code === 0x2d || code === 0x2f) marks += 1
    else if (code !== 0x20 && code !== 0x0a) return -1
    if (marks > 1 || (code === 0x0a && codes[next + 1] === 0x0a)) return -1
  }
  return -1
}

/** Where a run of one sort of characters ends, or is longer than `most`. */
function runEnd({ codes, length }: Text, at: number, most = length): number {
  const type = TYPES[codes[at] ?? 0]
  const last = Math.min(length, at + most)
  let end = at + 1
  while (end < last && TYPES[codes[end] ?? 0] === type) end++
  return end
}

function typeOf({ codes, length }: Text, at: number): number {
  return at < 0 || at >= length ? OTHER : (TYPES[codes[at] ?? 0] ?? OTHER)
}

function charAt({ codes, length }: Text, at: number): string {
  return at < 0 || at >= length ? ' ' : String.fromCharCode(codes[at] ?? 0)
}
