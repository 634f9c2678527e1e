import { chances } from './chaos-traffic.js'
import { checkSumsOf, repaired } from './check-sums.js'

/** A change of one byte, or the end of the file at `at`. */
export interface Mutant {
  readonly at: number
  /** The new value of the byte; undefined for a cut. */
  readonly value: number | undefined
  /** Whether the check sums of the headers are made right again. */
  readonly isRepaired?: boolean
}

/** What is changed and cut: this many bytes at the front of a file, and changed at its end. */
export const REACH = 4096

/**
 * Every mutant of a file: each byte of its first and last 4 KiB set to 0, to 255, with its lowest
 * bit and with its highest bit turned, and to a value by chance; and the file cut at every length
 * up to 4 KiB. The structure of every format lies there: a file may be all structure, so content and
 * ciphertext within that reach are changed too. Where a header has a check sum, each change is made
 * once more with the sum made right.
 *
 * Shape   the same seed gives the same mutants, in the order of their place.
 */
export function allMutants(file: Buffer, seed: number): readonly Mutant[] {
  const chance = chances(seed)
  const sums = checkSumsOf(file)
  const mutants: Mutant[] = []
  for (let at = 0; at < Math.min(file.length, REACH); at += 1)
    mutants.push({ at, value: undefined })
  for (const [at, byte] of file.entries()) {
    if (at >= REACH && at < file.length - REACH) continue
    const values = new Set([0, 0xff, byte ^ 0x01, byte ^ 0x80, chance(256)])
    values.delete(byte)
    const isSummed = sums.some(({ from, to }) => at >= from && at < to)
    for (const value of values) {
      mutants.push({ at, value })
      if (isSummed) mutants.push({ at, value, isRepaired: true })
    }
  }
  return mutants
}

/** So many of them by chance, each once; all of them where there are no more. */
export function someMutants(
  mutants: readonly Mutant[],
  count: number,
  seed: number,
): readonly Mutant[] {
  if (count >= mutants.length) return mutants
  const chance = chances(seed)
  const left = [...mutants]
  return Array.from({ length: count }, () => {
    const index = chance(left.length)
    const chosen = left[index] ?? { at: 0, value: undefined }
    left[index] = left.at(-1) ?? chosen
    left.pop()
    return chosen
  })
}

/** The file itself, which has to be judged as well as its mutants. */
export const wholeOf = (file: Buffer): Mutant => ({ at: file.length, value: undefined })

/** The file as the mutant has it. */
export function mutated(file: Buffer, { at, value, isRepaired = false }: Mutant): Buffer {
  if (value === undefined) return file.subarray(0, at)
  const changed = Buffer.from(file)
  changed[at] = value
  return isRepaired ? repaired(changed, checkSumsOf(file)) : changed
}

export function mutantName({ at, value, isRepaired = false }: Mutant): string {
  if (value === undefined) return `cut at ${at}`
  return `byte ${at} set to ${value}${isRepaired ? ', check sums made right' : ''}`
}
