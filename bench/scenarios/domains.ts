import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Figure } from '../figure.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'domains'
const PROGRAM = fileURLToPath(new URL('../domains-program.js', import.meta.url))

const run = promisify(execFile)

/** What a million known domains cost: the maps, a look-up by the milter, one by Postfix. */
export const domainsScenario: Scenario = {
  name: NAME,
  summary: 'maps, levels and live policies with a million known domains',
  run: async bench => {
    const directory = join(bench.directory, NAME)
    mkdirSync(directory)
    writeFileSync(join(directory, 'main.cf'), 'compatibility_level = 3.6\n')
    const domains = bench.quick ? 2000 : 1_000_000
    const measure = async (what: string): Promise<unknown> => {
      bench.say(`${NAME}: ${what}, ${count(domains)} domains`)
      const args = [...process.execArgv, PROGRAM, what, directory, String(domains)]
      return JSON.parse((await run(process.execPath, args)).stdout)
    }
    await measure('fill')
    return [
      ...maps((await measure('maps')) as MapCost, domains),
      levels((await measure('levels')) as LevelCost, domains),
      await policies(bench, directory, domains, () => measure('ask')),
    ]
  },
}

interface MapCost {
  readonly seconds: readonly number[]
  readonly entries: number
  readonly peakMB: number
}

function maps({ seconds, entries, peakMB }: MapCost, domains: number): readonly Figure[] {
  const [first = 0, again = 0] = seconds
  return [
    {
      scenario: NAME,
      what: `all maps written, ${count(domains)} domains`,
      measured: first * 1000,
      unit: 'ms',
      target: { atMost: 15_000 },
      detail: `${count(entries)} entries in three maps, compiled; ${Math.round(again * 1000)} ms to see that nothing changed`,
    },
    {
      scenario: NAME,
      what: `peak memory, ${count(domains)} domains`,
      measured: peakMB,
      unit: 'MB',
      target: { atMost: 300 },
      detail: 'of postseal maps, its database thread included; postmap is another process',
    },
  ]
}

interface LevelCost {
  readonly medianUs: number
  readonly p99Us: number
}

function levels({ medianUs, p99Us }: LevelCost, domains: number): Figure {
  return {
    scenario: NAME,
    what: `level of a domain, median, ${count(domains)} known`,
    measured: medianUs,
    unit: 'µs',
    target: { atMost: 200 },
    detail: `each asked for the first time, from the database; 99 in 100 within ${count(p99Us)} µs`,
  }
}

async function policies(
  bench: Bench,
  directory: string,
  domains: number,
  ask: () => Promise<unknown>,
): Promise<Figure> {
  bench.say(`${NAME}: policyd`)
  const args = [...process.execArgv, PROGRAM, 'serve', directory, String(domains)]
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(server.stdout, 'data')
    const { perSecond, keys } = (await ask()) as { perSecond: number; keys: number }
    return {
      scenario: NAME,
      what: 'policies a second, one connection',
      measured: perSecond,
      unit: '/s',
      target: { atLeast: 20_000 },
      detail: `one question after the other, ${count(keys)} domains in turn, ${count(domains)} known`,
    }
  } finally {
    const ended = once(server, 'exit')
    server.stdin.end()
    await ended
  }
}
