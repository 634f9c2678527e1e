import { foldText } from '../fold-text.js'
import type { Language } from './dictionary-schema.js'

/**
 * A term of a dictionary, compiled: what the automaton looks for, and what has to follow.
 *
 * Shape of the source
 *   `Lohnausweis`          the word alone
 *   `Lohnausweis~`         with the endings of its language
 *   `Lohn*`                with any letters behind it
 *   `*befund~`             with any letters before it (compounds)
 *   `Kranken-geschichte~`  in one word, with a hyphen, or in two
 *   `Dr med`, `geb #`      several words; `#` is a number or a date
 * Capitals, accents and marks do not count; ä is a or ae, ß is ss.
 */
export interface TermPattern {
  /** What to look for, a space for each boundary between words; whether anything may stand before it. */
  readonly stem: string
  readonly isOpen: boolean
  readonly rest: readonly Step[]
}

/** What has to follow a stem, one after the other. */
export type Step =
  | { readonly is: 'letters'; readonly codes: Buffer }
  | { readonly is: 'hyphen' }
  | { readonly is: 'ending'; readonly endings: ReadonlySet<string> }
  | { readonly is: 'any' }
  | { readonly is: 'end' }
  | { readonly is: 'gap' }
  | { readonly is: 'number' }

/** Endings that `~` stands for. Folded: without accents, an apostrophe begins a word of its own. */
const ENDINGS: Readonly<Record<Language, ReadonlySet<string>>> = {
  de: new Set([
    '',
    'e',
    'en',
    'er',
    'es',
    'em',
    'n',
    'ern',
    's',
    'se',
    'sen',
    'ses',
    'nen',
    'in',
    'innen',
  ]),
  fr: new Set(['', 's', 'e', 'es', 'x', 'le', 'les', 'ne', 'nes', 'aux']),
  it: new Set(['', 'a', 'e', 'i', 'o', 'he', 'hi', 'io', 'ie', 'ii', 'ia']),
  en: new Set(['', 's', 'es', 'ed', 'ing', 'd', 'al']),
}

/** Shortest stem that the automaton looks for inside words. */
const MIN_OPEN = 4

/** Why a term is not one; undefined when it is. */
export function objectionToTerm(source: string): string | undefined {
  const tokens = source.split(' ')
  for (const [index, token] of tokens.entries()) {
    if (token === '#' && index > 0) continue
    const inside = token.replace(/^\*/, '').replace(/[~*]$/, '')
    if (/[*~#]/.test(inside)) return 'has a mark where none may stand'
    if (token.startsWith('*') && index > 0)
      return 'has an asterisk before a word that is not its first'
    if (!/^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+){0,3}-?$/u.test(inside)) return 'has a word that is none'
    if (inside.length < 2 && index === 0) return 'begins with a single letter'
    if (token.startsWith('*') && (inside.split('-')[0] ?? '').length < MIN_OPEN)
      return `needs ${MIN_OPEN} letters behind its asterisk`
  }
  return undefined
}

/** Compiles a term: once as it is written, and once more where umlauts may be spelt out. */
export function compileTerm(source: string, language: Language): readonly TermPattern[] {
  const spelt = source
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
  const sources = language === 'de' && spelt !== source.toLowerCase() ? [source, spelt] : [source]
  return sources.map(one => compileOne(one, language))
}

function compileOne(source: string, language: Language): TermPattern {
  const isOpen = source.startsWith('*')
  const steps: Step[] = []
  for (const [index, token] of source.replace(/^\*/, '').split(' ').entries()) {
    if (index > 0) steps.push({ is: 'gap' })
    if (token === '#') {
      steps.push({ is: 'number' })
      continue
    }
    const pieces = token.replace(/[~*]$/, '').split('-')
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) steps.push({ is: 'hyphen' })
      steps.push({ is: 'letters', codes: Buffer.from(foldText(piece).text) })
    }
    if (token.endsWith('~')) steps.push({ is: 'ending', endings: ENDINGS[language] })
    else steps.push({ is: token.endsWith('*') ? 'any' : 'end' })
  }
  return withStem(steps, isOpen)
}

/** The automaton looks for as much as is the same in all texts; the rest is compared at the place. */
function withStem(steps: readonly Step[], isOpen: boolean): TermPattern {
  let stem = ''
  for (const [index, step] of steps.entries()) {
    if (step.is === 'letters') stem += step.codes.toString('latin1')
    else if (step.is === 'gap' || (step.is === 'end' && steps[index + 1]?.is !== 'gap')) stem += ' '
    else if (step.is !== 'end') return { stem, isOpen, rest: steps.slice(index) }
  }
  return { stem, isOpen, rest: [] }
}

const LONGEST_WORD = 40
/** Marks between two words of one term: a line end, a colon and a space. */
const LONGEST_GAP = 3
const LONGEST_ENDING = 5

/**
 * Whether the steps of a term follow at a place of a folded text.
 *
 * Gives   where they end; negative where they do not.
 */
export function followsAt(
  codes: Buffer,
  length: number,
  start: number,
  rest: readonly Step[],
): number {
  let at = start
  for (const step of rest) {
    switch (step.is) {
      case 'letters': {
        for (const code of step.codes) if (at >= length || codes[at++] !== code) return -1
        break
      }
      case 'hyphen':
        at = behindHyphen(codes, length, at)
        break
      case 'ending': {
        const end = wordEnd(codes, length, at)
        if (end - at > LONGEST_ENDING) return -1
        if (!step.endings.has(codes.toString('latin1', at, end))) return -1
        at = end
        break
      }
      case 'any':
        at = wordEnd(codes, length, at)
        break
      case 'end':
        if (at < length && isWordCode(codes[at] ?? 0)) return -1
        break
      case 'gap': {
        const begin = at
        while (at < length && at - begin < LONGEST_GAP && !isWordCode(codes[at] ?? 0)) at++
        if (at === begin || at >= length) return -1
        break
      }
      case 'number': {
        // Of several marks before it, the stem took the first.
        for (let more = 1; more < LONGEST_GAP && !isWordCode(codes[at] ?? 0); more++) at++
        const code = codes[at] ?? 0
        if (at >= length || code < 0x30 || code > 0x39) return -1
        while (at < length && (codes[at] ?? 0) >= 0x2d && (codes[at] ?? 0) <= 0x39) at++
        break
      }
    }
  }
  return at
}

/** A hyphen, a space or a line end, or a hyphen at the end of a line; or nothing. */
function behindHyphen(codes: Buffer, length: number, start: number): number {
  let at = start
  if (at < length && codes[at] === 0x2d) at++
  if (at < length && (codes[at] === 0x20 || codes[at] === 0x0a)) at++
  return at
}

/** Letters, digits: what is one word. A word longer than any is cut. */
function wordEnd(codes: Buffer, length: number, start: number): number {
  let at = start
  while (at < length && at - start < LONGEST_WORD && isWordCode(codes[at] ?? 0)) at++
  return at
}

export function isWordCode(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
}
