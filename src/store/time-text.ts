import { GatewayError } from '../errors.js'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/

/**
 * Reads a day (`2027-01-31`, its first moment in UTC) or a time (`2027-01-31T12:00:00Z`).
 *
 * Units   epoch milliseconds
 * Throws  ERR_STORE_INPUT for anything else.
 * Source  RFC 3339, section 5.6
 */
export function parseTime(text: string): number {
  const time = DAY.test(text) || TIME.test(text) ? Date.parse(text) : Number.NaN
  // Date.parse takes the 31st of any month for a day of the next one.
  const day = text.slice(0, 10)
  if (Number.isNaN(time) || toDay(Date.parse(day)) !== day) {
    const what = `not a time: ${JSON.stringify(text.slice(0, 100))} (write 2027-01-31)`
    throw new GatewayError('ERR_STORE_INPUT', { what })
  }
  return time
}

/** The end of a span: a day counts as a whole, so its end is the beginning of the next one. */
export function parseEnd(text: string): number {
  return parseTime(text) + (DAY.test(text) ? 86_400_000 : 0)
}

function toDay(time: number): string {
  return Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10)
}
