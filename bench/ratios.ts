import type { Comparison } from './compare.js'
import type { Figure, Target } from './figure.js'

/** Rate of ours as a multiple of theirs. */
export function rateRatio(
  scenario: string,
  what: string,
  { rate, ours, theirs }: Comparison,
  target?: Target,
): Figure {
  const detail = `${count(ours.perSecond)} and ${count(theirs.perSecond)} messages a second`
  return {
    scenario,
    what: `rate, ${what}`,
    measured: rate,
    unit: '×',
    ...(target === undefined ? {} : { target }),
    detail,
  }
}

/** CPU time of ours for one message as a multiple of theirs. */
export function cpuRatio(
  scenario: string,
  what: string,
  { cpu, ours, theirs }: Comparison,
  target?: Target,
): Figure {
  const detail = `${count(ours.cpu * 1e6)} and ${count(theirs.cpu * 1e6)} µs a message`
  return {
    scenario,
    what: `CPU, ${what}`,
    measured: cpu,
    unit: '×',
    ...(target === undefined ? {} : { target }),
    detail,
  }
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
