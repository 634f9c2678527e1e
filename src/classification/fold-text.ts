/**
 * Gives a text in which a number that a reader sees is one: every sort of space, dash and digit is
 * that of ASCII, characters that show nothing are gone, so are accents, line ends are one LF and the
 * marks of quoted mail are taken off.
 *
 * Nothing here looks at more than one character or one run of white space at a time, so the time
 * grows with the length.
 */
export function foldText(text: string): string {
  const ascii = /[^\0-\x7f]/.test(text) ? text.replace(/[^\0-\x7f]/gu, foldCharacter) : text
  return ascii
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\v\f ]{2,}|[\t\v\f]/g, ' ')
    .replace(/(?:^|\n)(?: ?>)+/g, '\n')
    .replace(/ \n ?|\n /g, '\n')
}

/** The words of a folded text in lower case, a single space before, between and behind them. */
export function wordsOf(folded: string): string {
  return ` ${
    folded
      .toLowerCase()
      .match(/[a-z]+\d?|\d+/g)
      ?.join(' ') ?? ''
  } `
}

/** What was folded before; ten times as fast as to ask again. */
const KNOWN = new Map<string, string>()

/** The characters come from senders, so the number of those remembered has a limit. */
const MAX_KNOWN = 5000

function foldCharacter(char: string): string {
  const known = KNOWN.get(char)
  if (known !== undefined) return known
  const folded = newFold(char)
  if (KNOWN.size < MAX_KNOWN) KNOWN.set(char, folded)
  return folded
}

function newFold(char: string): string {
  // Variation selectors, joiners, soft hyphens, marks that change the direction; lone accents.
  if (/^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]$/u.test(char)) return ''
  if (/^[\p{Zl}\p{Zp}\u0085]$/u.test(char)) return '\n'
  if (/^\s$/u.test(char)) return ' '
  if (/^[\p{Pd}\u2043\u2212]$/u.test(char)) return '-'
  if (/^[\u00b7\u2022\u2024\u2027\u22c5]$/u.test(char)) return '.'
  if (char === 'ß') return 'ss'
  if (/^[\p{L}\p{Nd}\uff00-\uff60]$/u.test(char)) {
    return char.normalize('NFKD').replace(/\p{M}/gu, '')
  }
  // Raised and circled digits are footnotes, not digits of the number before them.
  return char
}
