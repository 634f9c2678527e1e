import type { PluginFinding } from '../../src/host/plugin.js'
import { messageAround, type Look } from './detectors.js'
import { allMutants, mutantName, mutated, someMutants, wholeOf, type Mutant } from './mutants.js'
import type { MutationOracle } from './mutation-oracles.js'
import type { Family, Sample } from './mutation-samples.js'

/** A mutant that was judged wrongly. */
export interface Trouble {
  /** `family, sample: what was changed` */
  readonly where: string
  readonly what: string
  readonly bytes: Buffer
}

export interface Tally {
  readonly family: Family
  samples: number
  mutants: number
  /** Those that a detector says are protected. */
  claimed: number
  /** Those of them that the oracle was asked about. */
  asked: number
  slowestMs: number
  /** How many got which verdict. */
  readonly verdicts: Map<string, number>
}

export interface MutationPlan {
  readonly seed: number
  /** Mutants of a sample; undefined for as many as the sample says. */
  readonly perSample: number | undefined
  readonly look: Look
  readonly oracles: Readonly<Record<Family, MutationOracle | undefined>>
  /** Called for each mutant that was judged. */
  readonly step: () => void
}

/** What a message may cost before the host gives up on a detector: the default of `timeout`. */
const LIMIT_MS = 20_000

/** Files that an oracle is asked about at once. */
const BATCH = 250

/** One in so many of the mutants that need not be asked about. */
const ASKED_ANYWAY = 20

/** What a plan looks at: the sample itself, and mutants of it. */
export function plannedMutants(
  { bytes, most }: Sample,
  { seed, perSample }: Pick<MutationPlan, 'seed' | 'perSample'>,
): readonly Mutant[] {
  return [wholeOf(bytes), ...someMutants(allMutants(bytes, seed), perSample ?? most, seed)]
}

/**
 * Lets the detectors look at every planned mutant of every sample. It is trouble when they throw,
 * take longer than the host would wait, or say of a file that it is protected although the oracle
 * opens it without a secret.
 *
 * An oracle that is cheap is asked about every mutant that is said to be protected. One that takes a
 * process for each is asked about all of them where the sample itself opens; where it does not, about
 * those that the detectors judge for another reason than the sample, about the first of each place,
 * and about one in twenty of the rest. For the families without an oracle, no mutant of a file that
 * anybody can read as it stands may be said to be protected.
 */
export async function runMutations(
  samples: readonly Sample[],
  plan: MutationPlan,
): Promise<{ readonly tallies: readonly Tally[]; readonly troubles: readonly Trouble[] }> {
  const tallies = new Map<Family, Tally>()
  const troubles: Trouble[] = []
  for (const sample of samples) {
    const tally = tallies.get(sample.family) ?? emptyTally(sample.family)
    tallies.set(sample.family, tally)
    troubles.push(...(await runSample(sample, plan, tally)))
  }
  return { tallies: [...tallies.values()], troubles }
}

function emptyTally(family: Family): Tally {
  return { family, samples: 0, mutants: 0, claimed: 0, asked: 0, slowestMs: 0, verdicts: new Map() }
}

async function runSample(
  sample: Sample,
  plan: MutationPlan,
  tally: Tally,
): Promise<readonly Trouble[]> {
  const oracle = oracleOf(sample, plan)
  const troubles: Trouble[] = []
  const questions = new Map<string, Question>()
  const answer = (): void => {
    tally.asked += questions.size
    troubles.push(...wronged(sample, oracle, questions))
    questions.clear()
  }
  const original = reasonsOf(await plan.look(messageAround(sample.bytes)))
  const isWorthAsking = questioner(sample, oracle, original)
  // A change can make the password another one that nobody knows.
  const mayNeverClaim = oracle === undefined && sample.isPlain && !original.includes('password')
  tally.samples += 1
  for (const mutant of plannedMutants(sample, plan)) {
    const bytes = mutated(sample.bytes, mutant)
    const seen = await observe(plan.look, bytes)
    count(tally, seen)
    plan.step()
    const trouble = (what: string): number =>
      troubles.push({ where: `${sample.name}: ${mutantName(mutant)}`, what, bytes })
    if (seen.thrown !== undefined) trouble(`threw ${seen.thrown}`)
    if (seen.ms > LIMIT_MS) trouble(`took ${Math.round(seen.ms)} ms`)
    if (!isClaimed(seen.findings)) continue
    const why = reasonsOf(seen.findings)
    if (mayNeverClaim) trouble(`is said to be protected: ${why}`)
    if (!isWorthAsking(mutant, why)) continue
    questions.set(`m${tally.mutants}`, { mutant, bytes, why })
    if (questions.size >= BATCH) answer()
  }
  answer()
  return troubles
}

/** Nobody can be asked about a file that protects nothing but another one inside. */
function oracleOf(
  { family, bytes, mayBeNested }: Sample,
  { oracles }: MutationPlan,
): MutationOracle | undefined {
  const oracle = oracles[family]
  return mayBeNested && oracle?.opened(new Map([['whole', bytes]])).has('whole') === true
    ? undefined
    : oracle
}

interface Question {
  readonly mutant: Mutant
  readonly bytes: Buffer
  readonly why: string
}

/** Says of each mutant that is claimed to be protected whether the oracle is to be asked. */
function questioner(
  { isPlain }: Sample,
  oracle: MutationOracle | undefined,
  original: string,
): (mutant: Mutant, why: string) => boolean {
  const places = new Set<number>()
  let number = 0
  return ({ at, value }, why) => {
    number += 1
    if (oracle === undefined) return false
    const isFirst = value !== undefined && !places.has(at)
    if (isFirst) places.add(at)
    const isRare = oracle.isCheap || isPlain || value === undefined || why !== original
    return isRare || isFirst || number % ASKED_ANYWAY === 0
  }
}

/** What the oracle opens although it is said to be protected. */
function wronged(
  { name }: Sample,
  oracle: MutationOracle | undefined,
  questions: ReadonlyMap<string, Question>,
): readonly Trouble[] {
  if (oracle === undefined || questions.size === 0) return []
  const files = new Map([...questions].map(([file, { bytes }]) => [file, bytes]))
  return [...oracle.opened(files)].flatMap(file => {
    const question = questions.get(file)
    if (question === undefined) return []
    const { mutant, bytes, why } = question
    const what = `opens without a secret, and is said to be protected: ${why}`
    return [{ where: `${name}: ${mutantName(mutant)}`, what, bytes }]
  })
}

interface Seen {
  readonly findings: readonly PluginFinding[]
  readonly ms: number
  readonly thrown?: string
}

async function observe(look: Look, bytes: Buffer): Promise<Seen> {
  const start = performance.now()
  try {
    const findings = await look(messageAround(bytes))
    return { findings, ms: performance.now() - start }
  } catch (error) {
    // What a detector throws is what is looked for here.
    return { findings: [], ms: performance.now() - start, thrown: String(error) }
  }
}

function count(tally: Tally, { findings, ms }: Seen): void {
  const verdict = [...new Set(findings.map(finding => finding.verdict))].sort().join('+') || 'none'
  tally.mutants += 1
  tally.slowestMs = Math.max(tally.slowestMs, ms)
  tally.verdicts.set(verdict, (tally.verdicts.get(verdict) ?? 0) + 1)
  if (isClaimed(findings)) tally.claimed += 1
}

function isClaimed(findings: readonly PluginFinding[]): boolean {
  return findings.some(({ verdict }) => verdict === 'encrypted' || verdict === 'weak')
}

function reasonsOf(findings: readonly PluginFinding[]): string {
  return findings.map(({ verdict, why }) => `${verdict}, ${why}`).join('; ')
}
