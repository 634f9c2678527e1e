import { allDetectors, type Look } from './detectors.js'
import { mutationOracles } from './mutation-oracles.js'
import { plannedMutants, runMutations, type Tally, type Trouble } from './mutation-run.js'
import { FAMILIES, labelledSamples, ownSamples, type Family } from './mutation-samples.js'
import { OracleBox } from './oracle-box.js'
import { Gpg } from './pgp-variants.js'

export interface MutationOptions {
  readonly seed: number
  /** Mutants of each sample; undefined for all of them. */
  readonly perSample?: number
  /** Only this family. */
  readonly family?: Family
  /** Whether the labelled samples beside the checkout take part. */
  readonly withLabelled?: boolean
  /** Who judges, in place of the detectors. */
  readonly look?: Look
  /** Told how many mutants there will be; what it gives is called for each. */
  readonly begin?: (total: number) => () => void
}

/** Makes the samples, mutates them and asks the oracles, in a private folder that it removes. */
export async function mutate(
  options: MutationOptions,
): Promise<{ readonly tallies: readonly Tally[]; readonly troubles: readonly Trouble[] }> {
  const { seed, perSample, family, withLabelled = false } = options
  const box = new OracleBox()
  try {
    const gpg = new Gpg(box)
    try {
      const families = family === undefined ? FAMILIES : [family]
      const labelled = withLabelled ? labelledSamples() : []
      const samples = [
        ...ownSamples(box, gpg, families),
        ...labelled.filter(sample => families.includes(sample.family)),
      ]
      const total = samples.reduce(
        (sum, sample) => sum + plannedMutants(sample, { seed, perSample }).length,
        0,
      )
      const look = options.look ?? (await allDetectors())
      const step = options.begin?.(total) ?? ((): void => undefined)
      return await runMutations(samples, {
        seed,
        perSample,
        look,
        oracles: mutationOracles(box, gpg),
        step,
      })
    } finally {
      gpg.close()
    }
  } finally {
    box.close()
  }
}
