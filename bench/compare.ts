import { median } from './figure.js'
import type { Filter } from './filter.js'
import { runLoad, type Load } from './load.js'
import { cpuSeconds } from './process-figures.js'
import type { Bench } from './scenario.js'

/** One turn of one filter. */
interface Turn {
  readonly perSecond: number
  /** CPU seconds of the filter's process for one message. */
  readonly cpu: number
}

/** Two filters under the same load: medians over the rounds, ratios formed within each round. */
export interface Comparison {
  readonly rate: number
  readonly cpu: number
  readonly ours: Turn
  readonly theirs: Turn
}

/**
 * Gives two filters the same load, in turns, in alternating order: what disturbs the machine for
 * longer than a turn disturbs both.
 */
export async function compare(
  bench: Bench,
  ours: Filter,
  theirs: Filter,
  load: Omit<Load, 'target'>,
): Promise<Comparison> {
  const rounds: { readonly ours: Turn; readonly theirs: Turn }[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const first = await turn(bench, round % 2 === 0 ? ours : theirs, load)
    const second = await turn(bench, round % 2 === 0 ? theirs : ours, load)
    rounds.push(round % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first })
  }
  return {
    rate: median(rounds.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond)),
    cpu: median(rounds.map(({ ours, theirs }) => ours.cpu / theirs.cpu)),
    ours: middle(rounds.map(({ ours }) => ours)),
    theirs: middle(rounds.map(({ theirs }) => theirs)),
  }
}

async function turn(bench: Bench, filter: Filter, load: Omit<Load, 'target'>): Promise<Turn> {
  const before = cpuSeconds(filter.pid)
  const { passed, seconds } = await runLoad(bench, { ...load, target: filter.target })
  // A turn too short for the clock of CPU time must not divide by zero later.
  const cpu = Math.max(cpuSeconds(filter.pid) - before, 0.005)
  return { perSecond: passed / seconds, cpu: cpu / passed }
}

function middle(turns: readonly Turn[]): Turn {
  return {
    perSecond: median(turns.map(({ perSecond }) => perSecond)),
    cpu: median(turns.map(({ cpu }) => cpu)),
  }
}
