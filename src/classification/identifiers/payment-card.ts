import { passesLuhn } from './check-digits.js'

/** First digits and lengths of the cards that are in use here. */
interface CardRange {
  readonly from: number
  readonly to: number
  readonly lengths: readonly number[]
}

/**
 * Issuer ranges by their first four digits. Lists made for input fields take any number that starts
 * with 6 and has 12 digits for a Maestro card; a text is full of those.
 *
 * Source  ISO/IEC 7812 and what the networks publish: Visa, Mastercard, American Express, Diners
 *         Club, Discover, JCB, UnionPay, Maestro
 */
const RANGES: readonly CardRange[] = [
  { from: 4000, to: 4999, lengths: [16, 19] },
  { from: 5100, to: 5599, lengths: [16] },
  { from: 2221, to: 2720, lengths: [16] },
  { from: 3400, to: 3499, lengths: [15] },
  { from: 3700, to: 3799, lengths: [15] },
  { from: 3000, to: 3059, lengths: [14, 16] },
  { from: 3095, to: 3095, lengths: [14, 16] },
  { from: 3600, to: 3699, lengths: [14, 16] },
  { from: 3800, to: 3999, lengths: [14, 16] },
  { from: 6011, to: 6011, lengths: [16, 19] },
  { from: 6440, to: 6599, lengths: [16, 19] },
  { from: 3528, to: 3589, lengths: [16, 19] },
  { from: 6200, to: 6299, lengths: [16, 17, 18, 19] },
  { from: 5018, to: 5018, lengths: [16, 18, 19] },
  { from: 5020, to: 5020, lengths: [16, 18, 19] },
  { from: 5038, to: 5038, lengths: [16, 18, 19] },
  { from: 5893, to: 5893, lengths: [16, 18, 19] },
  { from: 6304, to: 6304, lengths: [16, 18, 19] },
  { from: 6759, to: 6763, lengths: [16, 18, 19] },
]

/** A payment card: a range of a network, a length that it uses there, and Luhn's check digit. */
export function isPaymentCard(value: string): boolean {
  const front = Number(value.slice(0, 4))
  const isInRange = RANGES.some(
    ({ from, to, lengths }) => front >= from && front <= to && lengths.includes(value.length),
  )
  return isInRange && passesLuhn(value)
}
