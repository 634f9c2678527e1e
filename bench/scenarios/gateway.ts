import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare } from '../compare.js'
import type { Figure, Target } from '../figure.js'
import type { Filter, Transport } from '../filter.js'
import { startEmptyFilter, startGateway, withFilters } from '../filters.js'
import { warmUp } from '../load.js'
import { KIB, plainMessage } from '../messages.js'
import { cpuRatio, rateRatio } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'gateway'

/** A file system in memory, where a sync costs nothing. */
const MEMORY = '/dev/shm'

/**
 * `postseal milter` with all plugins and its store beside libmilter with an empty filter.
 *
 * What has no target shows where the time goes: more sessions share a sync of the disk, and a store
 * in memory waits for none.
 */
export const gatewayScenario: Scenario = {
  name: NAME,
  summary:
    'postseal milter, all plugins, store on, beside the empty C filter: 4 KiB, 10 connections',
  run: async bench => {
    const figures = [...(await onDisk(bench, 'unix', bench.quick ? [10] : [10, 50]))]
    if (bench.quick) return figures
    figures.push(...(await inMemory(bench)), ...(await onDisk(bench, 'tcp', [10])))
    return figures
  },
}

function onDisk(
  bench: Bench,
  transport: Transport,
  connections: readonly number[],
): Promise<readonly Figure[]> {
  return withFilters(
    [() => startGateway(bench, transport), () => startEmptyFilter(bench, transport)],
    async (ours, theirs) => {
      await warmUp(bench, [ours.target, theirs.target])
      const figures: Figure[] = []
      for (const each of connections) {
        const what = `4 KiB, ${each} connections, ${transport}`
        const target = each === 10 ? { atLeast: 1 } : undefined
        figures.push(...(await measure(bench, what, ours, theirs, each, target)))
      }
      return figures
    },
  )
}

async function inMemory(bench: Bench): Promise<readonly Figure[]> {
  const state = mkdtempSync(join(MEMORY, 'postseal-bench-'))
  const remove = (): void => rmSync(state, { recursive: true, force: true })
  // Ctrl-C ends the process without the end of this function.
  process.once('exit', remove)
  try {
    return await withFilters(
      [() => startGateway(bench, 'unix', state), () => startEmptyFilter(bench, 'unix')],
      async (ours, theirs) => {
        await warmUp(bench, [ours.target, theirs.target])
        return measure(bench, '4 KiB, 10 connections, unix, store in memory', ours, theirs, 10)
      },
    )
  } finally {
    process.off('exit', remove)
    remove()
  }
}

async function measure(
  bench: Bench,
  what: string,
  ours: Filter,
  theirs: Filter,
  connections: number,
  target?: Target,
): Promise<readonly Figure[]> {
  bench.say(`${NAME}: ${what}`)
  const message = plainMessage(bench.directory, 4 * KIB)
  const found = await compare(bench, ours, theirs, { message, connections })
  return [rateRatio(NAME, what, found, target), cpuRatio(NAME, what, found)]
}
