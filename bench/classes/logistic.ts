/** What one text shows: numbers of features, each once, and what it is. */
export interface Sample {
  readonly features: readonly number[]
  readonly isPositive: boolean
  readonly weight: number
}

export interface Linear {
  readonly weights: Float64Array
  readonly bias: number
}

export interface LogisticOptions {
  readonly features: number
  /** Sums of fewer features than these count as if there were so many. */
  readonly leastFeatures: number
  /** How much large weights cost. */
  readonly ridge: number
  readonly rounds: number
}

/**
 * Logistic regression with a ridge, by Nesterov's accelerated descent: the same samples give the same
 * weights. Both classes together count the same.
 */
export function logistic(
  samples: readonly Sample[],
  { features, leastFeatures, ridge, rounds }: LogisticOptions,
): Linear {
  const rows = balanced(samples)
  const scales = rows.map(row => 1 / Math.sqrt(Math.max(row.features.length, leastFeatures)))
  const step = 1 / (steepness(rows, scales, features) + ridge)
  let weights = new Float64Array(features)
  let bias = 0
  const ahead = new Float64Array(features)
  let aheadBias = 0
  let pace = 1
  for (let round = 0; round < rounds; round++) {
    const next = ahead.map(weight => weight * (1 - step * ridge))
    let nextBias = aheadBias
    for (const [at, row] of rows.entries()) {
      const scale = scales[at] ?? 0
      let sum = 0
      for (const feature of row.features) sum += ahead[feature] ?? 0
      const share = 1 / (1 + Math.exp(-(sum * scale + aheadBias)))
      const error = (share - (row.isPositive ? 1 : 0)) * row.weight * step
      for (const feature of row.features) next[feature] = (next[feature] ?? 0) - error * scale
      nextBias -= error
    }
    const nextPace = (1 + Math.sqrt(1 + 4 * pace * pace)) / 2
    const drift = (pace - 1) / nextPace
    for (let at = 0; at < features; at++) {
      ahead[at] = (next[at] ?? 0) + drift * ((next[at] ?? 0) - (weights[at] ?? 0))
    }
    aheadBias = nextBias + drift * (nextBias - bias)
    weights = next
    bias = nextBias
    pace = nextPace
  }
  return { weights, bias }
}

function balanced(samples: readonly Sample[]): readonly Sample[] {
  const total = (isPositive: boolean): number =>
    samples.reduce((sum, one) => (one.isPositive === isPositive ? sum + one.weight : sum), 0)
  const [positive, negative] = [total(true), total(false)]
  const half = (positive + negative) / 2
  return samples.map(one => ({
    ...one,
    weight: (one.weight * half) / (one.isPositive ? positive : negative),
  }))
}

/** An upper limit of the curvature, by the power method. */
function steepness(rows: readonly Sample[], scales: readonly number[], features: number): number {
  let vector = new Float64Array(features + 1).fill(1)
  let size = 1
  for (let round = 0; round < 30; round++) {
    const next = new Float64Array(features + 1)
    for (const [at, row] of rows.entries()) {
      const scale = scales[at] ?? 0
      let sum = 0
      for (const feature of row.features) sum += vector[feature] ?? 0
      const share = (sum * scale + (vector[features] ?? 0)) * row.weight
      for (const feature of row.features) next[feature] = (next[feature] ?? 0) + share * scale
      next[features] = (next[features] ?? 0) + share
    }
    size = Math.hypot(
      ...[...next]
        .map(Math.abs)
        .filter(value => value > 0)
        .slice(0, 50_000),
    )
    vector = next.map(value => value / size)
  }
  return 0.25 * size * 1.1
}
