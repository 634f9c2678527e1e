/** What a figure has to reach; most figures have no target and are there to explain the others. */
export type Target = { readonly atLeast: number } | { readonly atMost: number }

export type Unit = '×' | 'ms' | 'µs' | 'MB' | 'MB/s' | '/s'

/** One measured number. */
export interface Figure {
  /** Name of the scenario, as `--only` takes it. */
  readonly scenario: string
  /** What was measured, in which circumstances: `rate, 4 KiB, 10 connections`. */
  readonly what: string
  readonly measured: number
  readonly unit: Unit
  readonly target?: Target
  /** The absolute numbers behind a ratio, or how the number came about. */
  readonly detail: string
}

/** Undefined for a figure that has no target. */
export function isMet({ measured, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined
  return 'atLeast' in target ? measured >= target.atLeast : measured <= target.atMost
}

/**
 * The middle value; of an even number of values, the mean of the two in the middle.
 *
 * Throws  an Error when there is none.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new Error('the median of nothing')
  return (lower + upper) / 2
}
