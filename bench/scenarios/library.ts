import { compare } from '../compare.js'
import type { Figure } from '../figure.js'
import type { Filter, Transport } from '../filter.js'
import { startEmptyFilter, startLibrary, withFilters } from '../filters.js'
import { warmUp } from '../load.js'
import { KIB, MIB, plainMessage } from '../messages.js'
import { cpuRatio, rateRatio } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

/** What the library may cost beside libmilter: CPU at most, rate at least. */
const SIZES = [
  { name: '4 KiB', bytes: 4 * KIB, cpu: 0.12, rate: 6 },
  { name: '100 KiB', bytes: 100 * KIB, cpu: 0.25, rate: 3 },
  { name: '10 MiB', bytes: 10 * MIB, cpu: 1, rate: 1 },
] as const

/** The milter library with an empty handler beside libmilter with an empty filter. */
export function libraryScenario(transport: Transport): Scenario {
  const name = `library-${transport}`
  return {
    name,
    summary: `postseal/milter with an empty handler beside libmilter, ${transport} socket`,
    run: bench =>
      withFilters(
        [() => startLibrary(bench, transport), () => startEmptyFilter(bench, transport)],
        (ours, theirs) => measure(bench, name, ours, theirs, transport === 'unix'),
      ),
  }
}

/** The targets are for unix sockets; over TCP the kernel's share hides much of the difference. */
async function measure(
  bench: Bench,
  name: string,
  ours: Filter,
  theirs: Filter,
  withTargets: boolean,
): Promise<readonly Figure[]> {
  await warmUp(bench, [ours.target, theirs.target])
  const figures: Figure[] = []
  for (const size of bench.quick ? SIZES.slice(0, 1) : SIZES) {
    for (const connections of bench.quick ? [10] : [1, 10]) {
      const what = `${size.name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`
      bench.say(`${name}: ${what}`)
      const message = plainMessage(bench.directory, size.bytes)
      const found = await compare(bench, ours, theirs, { message, connections })
      figures.push(
        cpuRatio(name, what, found, withTargets ? { atMost: size.cpu } : undefined),
        rateRatio(name, what, found, withTargets ? { atLeast: size.rate } : undefined),
      )
    }
  }
  return figures
}
