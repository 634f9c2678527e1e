/** Time at the beginning of a log line. */
export interface TimeStamp {
  /** Epoch milliseconds. */
  readonly at: number
  /** Characters that it takes, the blank behind it included. */
  readonly length: number
}

/**
 * Reads the time that a line begins with: `Nov 24 10:00:00 ` in local time, as postlogd and syslog
 * write it, or `2026-11-24T10:00:00.123456+01:00 `.
 *
 * The first form has no year: it is the latest that is not more than a day ahead of `now`, so that
 * a line of December that is read in January is of last year.
 *
 * Gives   undefined for anything else, and for a day that does not exist.
 * Source  RFC 3164 section 4.1.2, RFC 3339 section 5.6
 */
export function readTimeStamp(line: string, now: number): TimeStamp | undefined {
  return withoutYear(line, now) ?? withZone(line)
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY_MS = 86_400_000
/** A 29 February may be that long ago. */
const YEARS_BACK = 8

const SYSLOG = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) /

function withoutYear(line: string, now: number): TimeStamp | undefined {
  const found = SYSLOG.exec(line)
  if (found === null) return undefined
  const [whole, monthName = '', ...numbers] = found
  const month = MONTHS.indexOf(monthName)
  const [day = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number)
  if (month < 0 || hour > 23 || minute > 59 || second > 60) return undefined
  const thisYear = new Date(now).getFullYear()
  for (let year = thisYear + 1; year >= thisYear - YEARS_BACK; year--) {
    const time = new Date(year, month, day, hour, minute, second)
    const exists = new Date(year, month, day).getDate() === day
    if (exists && time.getTime() <= now + DAY_MS)
      return { at: time.getTime(), length: whole.length }
  }
  return undefined
}

const WITH_ZONE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:)(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /

function withZone(line: string): TimeStamp | undefined {
  const found = WITH_ZONE.exec(line)
  if (found === null) return undefined
  const [whole, start = '', second = '', fraction = '', zone = ''] = found
  // A leap second is the one before for us, as it is for the clock of the machine.
  const seconds = second === '60' ? '59' : second
  const text = `${start}${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`
  const at = Date.parse(text)
  if (Number.isNaN(at) || !sameDay(text, at, zone)) return undefined
  return { at, length: whole.length }
}

/** `Date.parse` takes the 31st of a month of thirty days for the first of the next. */
function sameDay(text: string, at: number, zone: string): boolean {
  const minutes =
    zone === 'Z'
      ? 0
      : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)))
  return new Date(at + minutes * 60_000).toISOString().slice(0, 10) === text.slice(0, 10)
}
