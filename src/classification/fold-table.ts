/** Stands for what is neither letter nor digit nor separator, and for what was taken out. */
export const OTHER = 1

/** Shows nothing: nothing is written. */
export const DROP = 128
/** Several characters are written: `charactersOf` gives them. */
export const SEVERAL = 129
/** Makes a run of characters one that may be an address. */
export const AT_SIGN = 130
export const COLON = 131
/** May begin a quoted line. */
export const ANGLE = 132
/** A half of a character beyond the first 65,536. */
export const SURROGATE = 133

/**
 * What is written for each UTF-16 code unit; 0 is not known yet. Printable ASCII is itself, letters in
 * lower case. Filled when a character is first met: most texts know a hundred.
 */
export const FOLDS = new Uint8Array(0x1_0000)

const several = new Map<number, readonly number[]>()

/** The characters of a code unit that `FOLDS` gives SEVERAL for. */
export function charactersOf(code: number): readonly number[] {
  return several.get(code) ?? []
}

/** Gives what is written for a code unit and keeps it. */
export function learnFold(code: number): number {
  const fold = foldOf(code)
  FOLDS[code] = fold
  return fold
}

/** Gives what is written for a character beyond the first 65,536: letters of formulas are letters. */
export function foldAstral(codePoint: number): number {
  const char = String.fromCodePoint(codePoint)
  if (INVISIBLE.test(char)) return DROP
  const plain = char.normalize('NFKD').toLowerCase()
  return /^[a-z0-9]$/.test(plain) ? plain.charCodeAt(0) : OTHER
}

/** Variation selectors, joiners, soft hyphens, marks that change the direction; lone accents. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]$/u

function foldOf(code: number): number {
  if (code < 0x80) return foldAscii(code)
  if (code >= 0xd800 && code <= 0xdfff) return SURROGATE
  const char = String.fromCharCode(code)
  if (INVISIBLE.test(char)) return DROP
  if (/^[\p{Zl}\p{Zp}\u0085]$/u.test(char)) return 0x0a
  if (/^\s$/u.test(char)) return 0x20
  if (/^[\p{Pd}\u2043\u2212]$/u.test(char)) return 0x2d
  if (/^[\u00b7\u2022\u2024\u2027\u22c5]$/u.test(char)) return 0x2e
  if (/^[\u2018\u2019\u02bc\u00b4]$/u.test(char)) return 0x27
  const alike = LOOK_ALIKE.get(char)
  if (alike !== undefined) return alike.charCodeAt(0)
  // Raised and circled digits are footnotes, not digits of the number before them.
  if (!/^[\p{L}\p{Nd}\uff00-\uff60]$/u.test(char)) return OTHER
  const plain = OF_ONE_LETTER.get(char) ?? char.normalize('NFKD').replace(/\p{M}/gu, '')
  const ascii = plain.toLowerCase()
  if (!/^[\x21-\x7e]{1,3}$/.test(ascii)) return OTHER
  if (ascii.length === 1) return foldAscii(ascii.charCodeAt(0))
  several.set(
    code,
    Array.from(ascii, one => one.charCodeAt(0)),
  )
  return SEVERAL
}

function foldAscii(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20
  if (code === 0x0a || code === 0x0d || code === 0x20) return code
  if (code === 0x09 || code === 0x0b || code === 0x0c) return 0x20
  if (code < 0x20 || code === 0x7f) return OTHER
  if (code === 0x40) return AT_SIGN
  if (code === 0x3a) return COLON
  return code === 0x3e ? ANGLE : code
}

/** Letters that NFKD leaves whole. */
const OF_ONE_LETTER = new Map([
  ['ß', 'ss'],
  ['ẞ', 'ss'],
  ['æ', 'ae'],
  ['Æ', 'ae'],
  ['œ', 'oe'],
  ['Œ', 'oe'],
  ['ø', 'o'],
  ['Ø', 'o'],
  ['ł', 'l'],
  ['Ł', 'l'],
  ['đ', 'd'],
  ['Đ', 'd'],
  ['ı', 'i'],
])

/**
 * Cyrillic and Greek letters that a reader takes for Latin ones.
 *
 * Source  Unicode Technical Standard 39, confusables; those of single letters
 */
const LOOK_ALIKE: ReadonlyMap<string, string> = new Map([
  ...zip('авсеіјкмонорԛѕтухѡԁһԝԍ', 'abceijkmohopqstyxwdhwg'),
  ...zip('АВСЕІЈКМОНОРԚЅТУХԜ', 'abceijkmohopqstyxw'),
  ...zip('αβγεικνορτυχω', 'abyeiknoptuxw'),
  ...zip('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'abezhikmnoptyx'),
])

function zip(from: string, to: string): [string, string][] {
  return Array.from(from, (char, at) => [char, to[at] ?? ''])
}
