import type { RandomSource } from './random/random-source.js'

/**
 * Capital letters and digits without I, O, 0 and 1, which are taken for each other: 32 symbols, 5 bits
 * each. Read aloud, none of them needs "capital" or "small".
 */
export const PASSWORD_SYMBOLS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LENGTH = 16
const GROUP = 4

/**
 * Makes a password: 16 symbols in groups of four, `XXXX-XXXX-XXXX-XXXX`, 80 bits.
 *
 * Throws  ERR_SEAL_UNSEEDED
 */
export function makePassword(random: RandomSource): string {
  return inGroups(drawSymbols(random, PASSWORD_SYMBOLS, LENGTH))
}

/**
 * Draws symbols, all equally likely: a byte above the last whole multiple of the alphabet's
 * length is thrown away, since its remainder would make the first symbols likelier.
 *
 * Shape   `symbols` holds 1 to 256 different characters of one UTF-16 unit.
 */
export function drawSymbols(random: RandomSource, symbols: string, count: number): string {
  const fair = 256 - (256 % symbols.length)
  let drawn = ''
  while (drawn.length < count) {
    for (const byte of random.bytes(count - drawn.length))
      if (byte < fair) drawn += symbols.charAt(byte % symbols.length)
  }
  return drawn
}

/**
 * What is really meant by a password as somebody typed it; the same rule stands in the reader page
 * and in docs/reference/letter-format.md.
 *
 * Unicode NFC; blanks and hyphens of all sorts do not count, and neither does case, when 16 symbols
 * of ours are left, `1` and `I` being read as `L`. Anything else is a password that somebody thought
 * of: it stays as it is, without blanks at its ends.
 */
export function normalisePassword(typed: string): string {
  const text = typed.normalize('NFC').trim()
  const symbols = text.replace(SEPARATORS, '').toUpperCase().replace(/[1I]/g, 'L')
  return OURS.test(symbols) ? inGroups(symbols) : text
}

/** White space, hyphens and dashes, and what is invisible: soft hyphen, zero width space, BOM. */
const SEPARATORS = /[\s\-_\u00AD\u2010-\u2015\u2212\u200B\uFEFF\uFE58\uFE63\uFF0D]/g
const OURS = new RegExp(`^[${PASSWORD_SYMBOLS}]{${LENGTH}}$`)

function inGroups(symbols: string): string {
  return (symbols.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}
