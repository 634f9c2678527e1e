/**
 * Reads a duration such as `30s`, `15m`, `2h` or `10d`; `500ms` for short ones.
 *
 * Gives   milliseconds, or undefined when it is none.
 */
export function parseDuration(text: string): number | undefined {
  return withUnit(text, DURATION, DURATION_UNITS)
}

/**
 * Reads a size such as `256K`, `64M` or `2G` (powers of 1024), or `998B`.
 *
 * Gives   bytes, or undefined when it is none.
 */
export function parseSize(text: string): number | undefined {
  return withUnit(text, SIZE, SIZE_UNITS)
}

export const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/
export const SIZE = /^(\d{1,9})([BKMG])$/

const SECOND = 1000
const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86400 * SECOND,
}
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

function withUnit(
  text: string,
  form: RegExp,
  units: Readonly<Record<string, number>>,
): number | undefined {
  const [, digits, unit] = form.exec(text) ?? []
  if (digits === undefined || unit === undefined) return undefined
  const factor = units[unit]
  return factor === undefined ? undefined : Number(digits) * factor
}
