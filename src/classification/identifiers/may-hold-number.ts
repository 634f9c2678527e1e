/**
 * Whether a text as it was sent may hold a number of a person, so that it is worth folding.
 *
 * Most mail has dates, times and prices at most. One look at each character says so: every number
 * has nine letters or digits in a row, two of them digits at least, with nothing but white space,
 * points, hyphens, slashes and marks of quoted mail between. No vowels are in it, but for the letter of a
 * pension insurance number and those at the front of an IBAN, whose account has nine digits anyway. A
 * text with characters that may stand for others, or for nothing, is always worth it, and so is HTML.
 */
export function mayHoldNumber(text: string, length: number): boolean {
  let at = 0
  while (at < length) {
    const type = typeAt(text, at)
    if (type === STRANGE) return true
    if (type !== DIGIT) {
      at += 1
      continue
    }
    if (mayBegin(text, at, length)) return true
    while (at < length && typeAt(text, at) === DIGIT) at += 1
  }
  return false
}

/** Letters and digits of the shortest number. */
const SHORTEST = 9
/** Letters that a number may begin with. */
const MAX_FRONT = 4
/** Characters between two groups: a line end, marks of quoted mail and what separates. */
const MAX_GAP = 24
/** Digits before the letter of a pension insurance number. */
const BEFORE_LETTER = 8

const BREAK = 0
const DIGIT = 1
/** A letter of an identity document. */
const CODE_LETTER = 2
const LETTER = 3
const GAP = 4
const STRANGE = 5

/** Types of the characters that mail in Latin letters is made of; all others are strange. */
const TYPES = new Uint8Array(0x1_0000).fill(STRANGE)
for (let code = 0; code < 0x2100; code++) TYPES[code] = typeOf(String.fromCharCode(code))
// What could not be decoded.
TYPES[0xfffd] = BREAK

function typeOf(char: string): number {
  if (/[0-9]/.test(char)) return DIGIT
  if (/[cfghjklmnprtvwxyz]/i.test(char)) return CODE_LETTER
  if (/[aeioubdqsäöüàèéìòùêôîûâ]/i.test(char)) return LETTER
  if (/[\t\n\r ./>\-\u00a0\u00b7\u2010-\u2015\u2022\u2024\u2027\u202f]/.test(char)) return GAP
  if (/[\u00c0-\u017f]/.test(char)) return CODE_LETTER
  if (/[!-~\u00a1-\u00ac\u00ae-\u00bf\u2016-\u2026\u2030-\u205e\u20ac]/.test(char)) return BREAK
  return STRANGE
}

function typeAt(text: string, at: number): number {
  return TYPES[text.charCodeAt(at)] ?? STRANGE
}

/** Whether a number may begin at the digit, or at the letters before it. */
function mayBegin(text: string, digitAt: number, end: number): boolean {
  let length = frontLetters(text, digitAt)
  let digits = 0
  let gap = 0
  for (let at = digitAt; at < end && gap <= MAX_GAP; at++) {
    const type = typeAt(text, at)
    if (type === STRANGE) return true
    if (type === BREAK) return false
    if (type === GAP) {
      gap += 1
      continue
    }
    if (type === LETTER && (digits < BEFORE_LETTER || !hasDigitNext(text, at + 1))) return false
    gap = 0
    length += 1
    if (type === DIGIT) digits += 1
    if (length >= SHORTEST && digits > 1) return true
  }
  return false
}

function frontLetters(text: string, digitAt: number): number {
  let at = digitAt - 1
  while (digitAt - at <= MAX_GAP && typeAt(text, at) === GAP) at -= 1
  let letters = 0
  while (letters < MAX_FRONT && typeAt(text, at) === CODE_LETTER) {
    letters += 1
    at -= 1
  }
  const before = typeAt(text, at)
  // The end of a longer word is no front.
  return before === LETTER || before === CODE_LETTER ? 0 : letters
}

function hasDigitNext(text: string, from: number): boolean {
  let at = from
  while (at - from <= MAX_GAP && typeAt(text, at) === GAP) at += 1
  return typeAt(text, at) === DIGIT
}
