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

export interface Search {
  readonly sightings: readonly Sighting[]
  /** Numbers of the form of a kind that may stand alone in usual groups, with a wrong check digit. */
  readonly misses: ReadonlyMap<KindId, number>
  /** Runs of letters or digits that were looked at: what the search cost. */
  readonly steps: number
}

/** Letters that a number may begin with: those of `CHE`, and of an identity document. */
const MAX_FRONT_LETTERS = 4
/** Letters together inside a number that begins with a digit: in old identity documents. */
const MAX_INNER_LETTERS = 3
/** Characters between two groups of one number: `. `, ` - `. */
const MAX_GAP = 3

/**
 * Finds numbers in a folded text, whatever separates their groups.
 *
 * From the start of each run of letters or of digits it puts runs together until they are too long,
 * and tries the kinds of each length on the way. A number takes at most 34 characters, so what is
 * done from one start has a limit, and the whole is linear. The search ends with the text, or with
 * `maxSightings`.
 */
export function findNumbers(text: string, kinds: readonly Kind[], maxSightings: number): Search {
  const ofDigit = byLength(kinds.filter(({ front }) => front !== 'letter'))
  const ofLetter = byLength(kinds.filter(({ front }) => front !== 'digit'))
  const sightings: Sighting[] = []
  const misses = new Map<KindId, number>()
  let steps = 0
  let at = 0
  while (at < text.length && sightings.length < maxSightings) {
    const type = typeOf(text, at)
    const end = runEnd(text, at)
    steps += 1
    if (type === DIGIT && isFront(text, at)) {
      steps += growFrom(text, at, ofDigit, { sightings, misses })
    }
    // In prose a word is followed by a word; behind the first letters of every number is a digit.
    if (type === LETTER && end - at <= MAX_FRONT_LETTERS && isFront(text, at)) {
      const next = nextRun(text, end)
      if (next !== undefined && typeOf(text, next) === DIGIT) {
        steps += growFrom(text, at, ofLetter, { sightings, misses })
      }
    }
    at = end
  }
  return { sightings, misses, steps }
}

/** Kinds by the number of their characters. */
interface ByLength {
  readonly longest: number
  readonly of: ReadonlyMap<number, readonly Kind[]>
}

function byLength(kinds: readonly Kind[]): ByLength {
  const lengths = [...new Set(kinds.flatMap(kind => kind.lengths))]
  const of = lengths.map(
    length => [length, kinds.filter(kind => kind.lengths.includes(length))] as const,
  )
  return { longest: Math.max(0, ...lengths), of: new Map(of) }
}

const OTHER = 0
const DIGIT = 1
const LETTER = 2

/** What a search fills. */
interface Harvest {
  readonly sightings: Sighting[]
  readonly misses: Map<KindId, number>
}

/** Puts runs together from one start; gives the number of those that it looked at. */
function growFrom(text: string, start: number, kinds: ByLength, into: Harvest): number {
  const isDigitFirst = typeOf(text, start) === DIGIT
  let value = ''
  let at: number | undefined = start
  let steps = 0
  while (at !== undefined) {
    const end = runEnd(text, at, kinds.longest + 1)
    steps += 1
    const isWord = isDigitFirst && end - at > MAX_INNER_LETTERS && typeOf(text, at) === LETTER
    if (isWord || value.length + end - at > kinds.longest) break
    value += text.slice(at, end).toUpperCase()
    for (const kind of kinds.of.get(value.length) ?? []) {
      if (!kind.form.test(value)) continue
      const isRight = kind.check(value)
      if (!isRight && kind.alone !== 'usual') continue
      const sighting = sightingAt(text, kind, value, start, end)
      if (sighting === undefined) continue
      if (isRight) into.sightings.push(sighting)
      else if (sighting.isUsual) into.misses.set(kind.id, (into.misses.get(kind.id) ?? 0) + 1)
    }
    at = nextRun(text, end)
  }
  return steps
}

/** Undefined where the characters are a piece of something longer. */
function sightingAt(
  text: string,
  kind: Kind,
  value: string,
  start: number,
  end: number,
): Sighting | undefined {
  const behind = text[end] ?? ' '
  // The machine-readable zone has the nationality behind the check digit.
  const isZone = kind.id === 'id-document' && /^D(?![A-Z0-9])/i.test(text.slice(end, end + 2))
  if (!isZone && typeOf(text, end) !== OTHER) return undefined
  const written = text.slice(start, end)
  if (isTied(text, start - 1, start - 2, written)) return undefined
  if (isTied(text, end, end + 1, written)) return undefined
  // A decimal fraction, or a time of day.
  if (/^(?:[,.]\d\d(?![\d./-])|:\d)/.test(text.slice(end, end + 4))) return undefined
  const isPrefixed = /[-/_#]/.test(text[start - 1] ?? ' ') && typeOf(text, start - 2) !== OTHER
  const groups = written.split(/[-./ \n]+/).map(group => group.length)
  const isUsual = kind.groups.length === 0 || kind.groups.includes(groups.join('-'))
  return {
    kind,
    value,
    start,
    end,
    isUsual: isUsual && !isPrefixed,
    isAlone: isPieceFree(text, start, end) && behind !== '%',
  }
}

/** Whether a number may begin here: behind neither a word, other than `AHV` and the like, nor a plus. */
function isFront(text: string, start: number): boolean {
  if (typeOf(text, start - 1) === OTHER) return text[start - 1] !== '+'
  const word = /(?:^|[^A-Z0-9])([A-Z]{2,12})$/i.exec(
    text.slice(Math.max(0, start - 13), start),
  )?.[1]
  return word !== undefined && ABBREVIATIONS.has(word.toLowerCase())
}

/** What people write without a space before a number. */
const ABBREVIATIONS = new Set(['ahv', 'avs', 'ahvnr', 'avsno', 'nr', 'no', 'lanr', 'svnr', 'rvnr'])

/**
 * Whether more digits hang on the number by the separator that it has itself, or by a point: then
 * it is a piece of a longer one.
 */
function isTied(text: string, separatorAt: number, digitAt: number, written: string): boolean {
  const separator = text[separatorAt] ?? ' '
  if (!/[./-]/.test(separator) || typeOf(text, digitAt) !== DIGIT) return false
  return separator === '.' || written.includes(separator)
}

/** Whether no digits stand so near that a reader could take them for a part of the number. */
function isPieceFree(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - MAX_GAP - 1), start)
  const behind = text.slice(end, end + MAX_GAP + 1)
  return !/\d[-. /\n]*$/.test(before) && !/^[-. /\n]*\d/.test(behind)
}

/**
 * Where the next group begins: at once between a letter and a digit, else behind white space, a
 * point, a hyphen or a slash, or one of these with white space. Undefined where the number ends.
 */
function nextRun(text: string, at: number): number | undefined {
  let marks = 0
  for (let next = at; next <= at + MAX_GAP && next < text.length; next++) {
    if (typeOf(text, next) !== OTHER) return next
    const char = text[next]
    if (char === '.' || char === '-' || char === '/') marks += 1
    else if (char !== ' ' && char !== '\n') return undefined
    if (marks > 1 || (char === '\n' && text[next + 1] === '\n')) return undefined
  }
  return undefined
}

/** Where a run of one sort of characters ends, or is longer than `most`. */
function runEnd(text: string, at: number, most = text.length): number {
  const type = typeOf(text, at)
  const last = Math.min(text.length, at + most)
  let end = at + 1
  while (end < last && typeOf(text, end) === type) end++
  return end
}

function typeOf(text: string, at: number): typeof OTHER | typeof DIGIT | typeof LETTER {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return DIGIT
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) ? LETTER : OTHER
}
