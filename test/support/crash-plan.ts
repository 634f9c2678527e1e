import { fuzzRandom } from './fuzz-random.js'

/** The nth step of that name since the count began, and on which side of it the process ends. */
export interface CrashPoint {
  readonly name: string
  readonly nth: number
  readonly when: 'before' | 'after'
}

/** Stands for every name, where the order of the steps is the same each time. */
export const ANY_STEP = '*'

/** Loops of the daemon do the same for as long as it runs: so many of one name are tried. */
const MOST_OF_A_NAME = 6

/** Every point of a run whose steps these are. */
export function allPoints(steps: readonly string[]): readonly CrashPoint[] {
  const points: CrashPoint[] = []
  const seen = new Map<string, number>()
  for (const name of steps) {
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    if (nth > MOST_OF_A_NAME) continue
    points.push({ name, nth, when: 'before' }, { name, nth, when: 'after' })
  }
  return points
}

/** Some of them, another choice for each seed. */
export function somePoints(
  all: readonly CrashPoint[],
  count: number,
  seed: number,
): readonly CrashPoint[] {
  const left = [...all].sort((one, other) => (pointText(one) < pointText(other) ? -1 : 1))
  const random = fuzzRandom(seed)
  const chosen: CrashPoint[] = []
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(random.below(left.length), 1))
  return chosen
}

export function pointText({ name, nth, when }: CrashPoint): string {
  return `${when} ${name} ${nth}`
}
