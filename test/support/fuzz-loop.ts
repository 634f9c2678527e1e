import { mutated, type FuzzValue } from './fuzz-mutate.js'
import { fuzzRandom } from './fuzz-random.js'
import { repaired } from './fuzz-repair.js'
import type { FuzzTarget } from './fuzz-targets.js'

/** What the instrumented code tells of one run; scripts/fuzz/register.mjs provides it. */
export interface FuzzCoverage {
  readonly runs: Uint32Array
  readonly used: number
  readonly words: ReadonlySet<string | number>
  readonly pairs: (readonly [FuzzValue, FuzzValue])[]
}

export interface FuzzFailure {
  readonly input: Buffer
  readonly error: unknown
}

export interface FuzzReport {
  readonly executions: number
  /** Inputs that are kept because each reached something new. */
  readonly inputs: number
  /** Places that ran, of all that are counted; 0 without instrumentation. */
  readonly places: number
  /** For each place how often it ran, in steps: 0 where it never did. */
  readonly reached: Uint8Array
  readonly outcomes: Readonly<Record<string, number>>
  readonly failures: readonly FuzzFailure[]
}

export interface FuzzOptions {
  readonly seed: number
  readonly maxBytes?: number
  readonly coverage?: FuzzCoverage | undefined
  /** Inputs of earlier runs. */
  readonly inputs?: readonly Buffer[]
  /** Asked before each run; it ends when this says so. */
  isOver(report: FuzzReport): boolean
  /** Told of the input before it is run, so that somebody else has it if this process ends. */
  onInput?(input: Buffer): void
  /** Told of an input that reached something new. */
  onNew?(input: Buffer): void
}

const MAX_BYTES = 96 * 1024

/** CPU that one run may take, all threads together; and how far the most memory in use may grow. */
const CPU_LIMIT_MS = 5000
const MEMORY_LIMIT_KB = 384 * 1024

/** Failures after which there is enough to look at. */
const FAILURE_LIMIT = 20

/**
 * Runs a target on changed inputs. With coverage, what reaches a new place, or a place more often
 * than before, is kept and changed further.
 */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzReport> {
  const { coverage, maxBytes = MAX_BYTES } = options
  const random = fuzzRandom(options.seed)
  const words = [...(coverage?.words ?? [])]
  const kept: { bytes: Buffer; pairs: readonly (readonly [FuzzValue, FuzzValue])[] }[] = []
  const reached = new Uint8Array(coverage?.used ?? 0)
  const outcomes: Record<string, number> = {}
  const failures: FuzzFailure[] = []
  const seen = new Set<string>()
  let executions = 0
  let places = 0
  const report = (): FuzzReport => ({
    executions,
    inputs: kept.length,
    places,
    reached,
    outcomes,
    failures,
  })

  const once = async (input: Buffer, isSeed: boolean): Promise<void> => {
    options.onInput?.(input)
    coverage?.runs.fill(0)
    if (coverage !== undefined) coverage.pairs.length = 0
    executions += 1
    try {
      const outcome = await measured(() => target.run(input))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    } catch (error) {
      const kind = kindOf(error)
      if (!seen.has(kind)) failures.push({ input: Buffer.from(input), error })
      seen.add(kind)
    }
    const isNew = coverage === undefined ? isSeed : noteReached(coverage, reached)
    if (!isNew) return
    places = reached.reduce((sum, levels) => sum + (levels === 0 ? 0 : 1), 0)
    kept.push({ bytes: Buffer.from(input), pairs: [...(coverage?.pairs ?? [])] })
    if (!isSeed) options.onNew?.(input)
  }

  for (const input of [...target.seeds(), ...(options.inputs ?? [])]) {
    if (options.isOver(report()) || failures.length >= FAILURE_LIMIT) return report()
    await once(input, true)
  }
  while (!options.isOver(report()) && failures.length < FAILURE_LIMIT && kept.length > 0) {
    // Every other time one of the newest: what they reached is looked into first.
    const from = random.oneIn(2) ? Math.max(0, kept.length - 20) : 0
    const { bytes, pairs } = kept[from + random.below(kept.length - from)] ?? random.pick(kept)
    const others = [random.pick(kept).bytes]
    const input = mutated(bytes, { random, others, words, pairs, maxBytes })
    await once(random.oneIn(4) ? input : repaired(input), false)
  }
  return report()
}

/** How often a place ran, in steps; each step that is new counts. */
const STEPS = Uint8Array.from({ length: 256 }, (_, runs) =>
  runs === 0 ? 0 : 1 << Math.min(7, runs < 4 ? runs - 1 : Math.floor(Math.log2(runs)) + 1),
)

function noteReached({ runs, used }: FuzzCoverage, reached: Uint8Array): boolean {
  let isNew = false
  for (let place = 0; place < used; place += 1) {
    const step = STEPS[Math.min(255, runs[place] ?? 0)] ?? 0
    const before = reached[place] ?? 0
    if ((before | step) === before) continue
    reached[place] = before | step
    isNew = true
  }
  return isNew
}

async function measured(run: () => Promise<string>): Promise<string> {
  const cpu = process.cpuUsage()
  const memory = process.resourceUsage().maxRSS
  const outcome = await run()
  const { user, system } = process.cpuUsage(cpu)
  const ms = (user + system) / 1000
  if (ms > CPU_LIMIT_MS) throw new Error(`over the budget: ${Math.round(ms)} ms of CPU`)
  const grown = process.resourceUsage().maxRSS - memory
  if (grown > MEMORY_LIMIT_KB) throw new Error(`over the budget: ${grown} KB of memory`)
  return outcome
}

/** What makes two failures the same: what is thrown, and where. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [where = ''] = /\n\s+at .*/.exec(error.stack ?? '') ?? []
  return `${error.name}: ${error.message.replaceAll(/\d+/g, 'N')}${where}`
}

/** The smallest input that fails in the same way, as far as leaving pieces out leads to it. */
export async function shrunk(
  target: FuzzTarget,
  { input, error }: FuzzFailure,
  tries = 3000,
): Promise<Buffer> {
  const kind = kindOf(error)
  const failsAlike = async (bytes: Buffer): Promise<boolean> => {
    try {
      await measured(() => target.run(bytes))
      return false
    } catch (thrown) {
      return kindOf(thrown) === kind
    }
  }
  let smallest = input
  let left = tries
  for (let size = smallest.length >> 1; size > 0 && left > 0; size >>= 1) {
    for (let at = 0; at < smallest.length && left > 0; left -= 1) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if (await failsAlike(shorter)) smallest = shorter
      else at += size
    }
  }
  return smallest
}
