import { CONTEXT_WORDS, OTHER_NUMBERS } from './context-words.js'
import { foldText, wordsOf } from '../fold-text.js'
import type { Folded } from '../folder.js'
import { KIND_IDS, type KindId } from './kinds.js'
import type { Sighting } from './find-numbers.js'

/** What the words around a number say of it. */
export type Said = 'this' | 'another' | 'nothing'

/** Asks what the words around a sighting in a folded text say. */
export type ContextReader = (text: Folded, sighting: Sighting) => Said

/** Characters on each side that are looked at. */
const REACH = 60

/**
 * Prepares the words of all kinds.
 *
 * Shape   `own` holds the words of the settings, which stand in place of the shipped ones.
 * Gives   `this` for a word of the kind; `another` where a word for another sort of number stands
 *         nearer. Before a number a word counts more than behind it, where the next label begins.
 */
export function contextReader(
  own: Readonly<Record<string, readonly string[]>> = {},
): ContextReader {
  const needles = new Map<KindId, readonly string[]>(
    KIND_IDS.map(id => [id, needlesOf(own[id] ?? CONTEXT_WORDS[id])]),
  )
  const others = needlesOf(OTHER_NUMBERS)
  const hints = new Map([...needles].map(([id, words]) => [id, hintOf(words)]))
  return (text, { kind, start, end }) => {
    // Most numbers that need a word have none, and to compare all words takes ten times as long.
    const around = slice(text, start - REACH, end + REACH)
    if (kind.alone !== 'usual' && hints.get(kind.id)?.test(around) !== true) return 'nothing'
    const before = wordsOf(wholeWords(text, start - REACH, start))
    const behind = wordsOf(wholeWords(text, end, end + REACH))
    const words = needles.get(kind.id) ?? []
    const distance = Math.min(nearestBefore(before, words), nearestBehind(behind, words))
    const isNamed = distance < Number.POSITIVE_INFINITY
    // Where nothing else would make the number count, nothing has to take it back.
    if (kind.alone === 'any' || (kind.alone === 'none' && !isNamed)) {
      return isNamed ? 'this' : 'nothing'
    }
    if (nearestBefore(before, others) < distance) return 'another'
    return isNamed ? 'this' : 'nothing'
  }
}

/** A word that the edge of the reach cuts is none: the end of `televisa` is no card. */
function wholeWords(text: Folded, start: number, end: number): string {
  let words = slice(text, start, end)
  if (/[a-z]/.test(slice(text, start - 1, start))) words = words.replace(/^[a-z]+/, '')
  if (!/[a-z]/.test(slice(text, end, end + 1))) return words
  let last = words.length
  while (last > 0 && /[a-z]/.test(words[last - 1] ?? '')) last--
  return words.slice(0, last)
}

function slice({ text, length }: Folded, start: number, end: number): string {
  return text.slice(Math.max(0, start), Math.max(0, Math.min(length, end)))
}

/**
 * `karte` as a whole word is ` karte `, `karte*` is ` karte`, `*karte*` is `karte`. What has no
 * letters is left out: it would stand everywhere.
 */
function needlesOf(words: readonly string[]): readonly string[] {
  return words.flatMap(word => {
    const plain = wordsOf(foldText(word).text).trim()
    if (plain === '') return []
    return [`${word.startsWith('*') ? '' : ' '}${plain}${word.endsWith('*') ? '' : ' '}`]
  })
}

/** Finds the first word of any needle; needles are letters, digits and spaces. */
function hintOf(needles: readonly string[]): RegExp {
  const firsts = needles.map(needle => needle.trim().split(' ')[0] ?? '')
  return firsts.length === 0 ? /(?!)/ : new RegExp(firsts.join('|'), 'i')
}

/** Characters from the end of the words to the last place of a needle. */
function nearestBefore(words: string, needles: readonly string[]): number {
  let last = -1
  for (const needle of needles) last = Math.max(last, words.lastIndexOf(needle))
  return last < 0 ? Number.POSITIVE_INFINITY : words.length - last
}

/** A word behind the number counts from its front, and as far again as one before it. */
function nearestBehind(words: string, needles: readonly string[]): number {
  let first = Number.POSITIVE_INFINITY
  for (const needle of needles) {
    const at = words.indexOf(needle)
    if (at >= 0) first = Math.min(first, at)
  }
  return first * 2 + REACH / 2
}
