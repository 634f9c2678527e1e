import { median, type Figure } from '../figure.js'
import type { Filter } from '../filter.js'
import { startEmptyFilter, startLibrary, withFilters } from '../filters.js'
import { runLoad, warmUp } from '../load.js'
import { KIB, plainMessage } from '../messages.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'tcp-stall'

/** A stall costs 40 ms or more; without one a message takes less than one. */
const MOST_MS = 10

/**
 * Postfix writes without TCP_NODELAY and flushes once before the headers. A milter that leaves that
 * write unanswered makes the next one wait for a delayed acknowledgement.
 *
 * The silent filter is the control: it must stall, else the check could not see anything.
 */
export const tcpStallScenario: Scenario = {
  name: NAME,
  summary: 'latency under a client that writes as Postfix does: no stall of 40 ms over TCP',
  run: bench =>
    withFilters(
      [
        () => startLibrary(bench, 'tcp'),
        () => startLibrary(bench, 'unix'),
        () => startEmptyFilter(bench, 'tcp', 'silent'),
      ],
      async (tcp, unix, silent) => [
        await latency(bench, 'TCP', tcp, true),
        await latency(bench, 'unix', unix, false),
        await latency(bench, 'TCP, a filter that never answers (control)', silent, false),
      ],
    ),
}

/** Whether the figures show the stall, or could not have shown it. */
export function stallFound(figures: readonly Figure[]): string | undefined {
  const [tcp, unix, silent] = figures.filter(({ scenario }) => scenario === NAME)
  if (tcp === undefined || unix === undefined || silent === undefined) return undefined
  if (tcp.measured > MOST_MS && unix.measured <= MOST_MS)
    return `a message takes ${tcp.measured.toFixed(1)} ms over TCP: the stall is back`
  if (silent.measured < MOST_MS)
    return 'the control does not stall: this machine cannot show whether ours would'
  return undefined
}

async function latency(
  bench: Bench,
  what: string,
  { target }: Filter,
  withTarget: boolean,
): Promise<Figure> {
  bench.say(`${NAME}: ${what}`)
  await warmUp(bench, [target])
  const message = plainMessage(bench.directory, 4 * KIB)
  const found: number[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const load = { target, message, connections: 1, likePostfix: true }
    found.push((await runLoad(bench, load)).medianMs)
  }
  return {
    scenario: NAME,
    what: `median latency, 4 KiB, ${what}`,
    measured: median(found),
    unit: 'ms',
    ...(withTarget ? { target: { atMost: MOST_MS } } : {}),
    detail: 'one connection, small writes without TCP_NODELAY',
  }
}
