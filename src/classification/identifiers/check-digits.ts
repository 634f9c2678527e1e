/**
 * Check digits of the identifiers. All functions take the number without separators, in upper case,
 * in the form that kinds.ts gives; they look at what the form cannot say.
 */

/**
 * Swiss AHV/AVS number, 13 digits.
 *
 * Source  EAN-13: weights 1 and 3 in turn, all thirteen add up to a multiple of ten
 */
export function isAhvNumber(value: string): boolean {
  return weighted(digitsOf(value), [1, 3]) % 10 === 0
}

/**
 * German tax identification number, 11 digits.
 *
 * Of the first ten digits exactly one comes twice or three times, and not three times in a row.
 * Source  Abgabenordnung section 139b; ISO 7064 mod 11,10 for the last
 */
export function isGermanTaxId(value: string): boolean {
  const front = value.slice(0, 10)
  const counts = new Map<string, number>()
  for (const digit of front) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  const repeated = [...counts].filter(([, count]) => count > 1)
  const [first] = repeated
  if (first === undefined || repeated.length > 1 || first[1] > 3) return false
  if (front.includes(first[0].repeat(3))) return false
  let product = 10
  for (const digit of digitsOf(front)) product = (((product + digit) % 10 || 10) * 2) % 11
  return (11 - product) % 10 === Number(value[10])
}

/**
 * German pension insurance number: area, birth date, letter of the name, serial number, check digit.
 *
 * Source  Verordnung über die Versicherungsnummer section 2; women's serial numbers start at 50, and
 *         a day above 50 marks a number that was given a second time
 */
export function isGermanPensionNumber(value: string): boolean {
  const area = Number(value.slice(0, 2))
  const day = Number(value.slice(2, 4)) % 50
  if (area < 2 || area > 89 || !isDate(day, value.slice(4, 8))) return false
  const digits = digitsOf(value.slice(0, 8) + letterNumber(value, 8) + value.slice(9, 11))
  return digitSums(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === Number(value[11])
}

/**
 * German health insurance number, the lasting part: a letter and nine digits.
 *
 * Source  Richtlinie of GKV-Spitzenverband under SGB V section 290: the letter as two digits
 */
export function isGermanHealthNumber(value: string): boolean {
  const digits = digitsOf(letterNumber(value, 0) + value.slice(1, 9))
  return digitSums(digits, [1, 2]) % 10 === Number(value[9])
}

/**
 * German physician number: six digits, the check digit, two digits of the specialty.
 *
 * Source  Richtlinie of KBV under SGB V section 75(7)
 */
export function isPhysicianNumber(value: string): boolean {
  const sum = weighted(digitsOf(value.slice(0, 6)), [4, 9])
  return (10 - (sum % 10)) % 10 === Number(value[6])
}

/** Austrian social insurance number: three digits, the check digit, birth date as DDMMYY. */
export function isAustrianInsuranceNumber(value: string): boolean {
  if (!isDate(Number(value.slice(4, 6)), value.slice(6))) return false
  const sum = weighted(digitsOf(value), [3, 7, 9, 0, 5, 8, 4, 2, 1, 6])
  return sum % 11 === Number(value[3])
}

/**
 * German identity card or passport: nine characters, then the check digit of the machine-readable
 * zone. People write what is printed, which lacks it; of those there must be digits among letters.
 *
 * Source  ICAO Doc 9303 part 3, section 4.9: weights 7 3 1, letters count from 10
 */
export function isGermanDocumentNumber(value: string): boolean {
  if (value.length === 9) return /[A-Z]/.test(value) && /\d.*\d/.test(value)
  // Tried for every telephone number, so without lists.
  let sum = 0
  for (let at = 0; at < 9; at++) {
    const code = value.charCodeAt(at)
    const worth = code < 0x3a ? code - 0x30 : code - 0x41 + 10
    sum += worth * (at % 3 === 0 ? 7 : at % 3 === 1 ? 3 : 1)
  }
  return sum % 10 === value.charCodeAt(9) - 0x30
}

/**
 * Swiss business number, CHE and nine digits.
 *
 * Source  eCH-0108: modulo 11; a remainder that would need the digit 10 is not given out
 */
export function isSwissBusinessNumber(value: string): boolean {
  const sum = weighted(digitsOf(value.slice(3, 11)), [5, 4, 3, 2, 7, 6, 5, 4])
  return (11 - (sum % 11)) % 11 === Number(value[11])
}

/** Luhn: from the right, every second digit counts double, as the sum of its digits (ISO/IEC 7812-1). */
export function passesLuhn(value: string): boolean {
  return digitSums(digitsOf(value).toReversed(), [1, 2]) % 10 === 0
}

/** Whether a month, given as MMYY, has such a day; the century is not known, and hardly matters. */
function isDate(day: number, monthAndYear: string): boolean {
  const month = Number(monthAndYear.slice(0, 2))
  const february = Number(monthAndYear.slice(2)) % 4 === 0 ? 29 : 28
  const days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day > 0 && day <= days
}

function digitsOf(text: string): number[] {
  return Array.from(text, Number)
}

/** `A` is 01, `Z` is 26. */
function letterNumber(value: string, at: number): string {
  return String(value.charCodeAt(at) - 64).padStart(2, '0')
}

/** Weights are used over again when there are fewer than values. */
function weighted(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, at) => sum + value * (weights[at % weights.length] ?? 0), 0)
}

/** Like `weighted`, with each product as the sum of its digits. */
function digitSums(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, at) => {
    const product = value * (weights[at % weights.length] ?? 0)
    return sum + Math.floor(product / 10) + (product % 10)
  }, 0)
}
