import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../sandbox/run-command.js'
import { median, type Figure } from '../figure.js'
import type { LaneCost } from '../lanes-program.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'lanes'
/** In the built tree, beside this folder. */
const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '..', 'lanes-program.js')
const INSIDE = 'inside, no lane'
const DEADLINE_MS = 1_800_000

/** What it costs in time and deliveries that a message goes by a lane, with and without re-entry. */
export const lanesScenario: Scenario = {
  name: NAME,
  summary: 'a real Postfix with lanes: bound at once, by split, handed back; beside mail inside',
  run: async bench => figuresOf(await costs(bench), messagesOf(bench)),
}

function messagesOf({ quick }: Bench): number {
  return quick ? 20 : 200
}

async function costs(bench: Bench): Promise<readonly LaneCost[]> {
  bench.say(`${NAME}: ${messagesOf(bench)} messages each way, ${bench.rounds} rounds`)
  const { code, stdout, stderr } = await runCommand(
    process.execPath,
    [PROGRAM, String(messagesOf(bench)), String(bench.rounds)],
    { timeoutMs: DEADLINE_MS },
  )
  if (code !== 0) throw new Error(`the lanes were not measured: ${stderr.trim()}`)
  const lines = stdout.split('\n').filter(line => line.startsWith('{'))
  return lines.map(line => JSON.parse(line) as LaneCost)
}

function figuresOf(all: readonly LaneCost[], messages: number): readonly Figure[] {
  const ways = [...new Set(all.map(({ way }) => way))].filter(way => way !== INSIDE)
  const of = (way: string): readonly LaneCost[] => all.filter(one => one.way === way)
  const each = (way: string): readonly number[] =>
    of(way).map(({ milliseconds }) => milliseconds / messages)
  return ways.map(way => {
    const inside = each(INSIDE)
    const deliveries = median(of(way).map(one => one.deliveries / messages))
    return {
      scenario: NAME,
      what: `time from client to recipient, ${way}`,
      measured: median(each(way).map((ms, round) => ms / (inside[round] ?? Number.NaN))),
      unit: '×',
      detail: `${median(each(way)).toFixed(1)} and ${median(inside).toFixed(1)} ms a message; ${deliveries.toFixed(1)} deliveries each`,
    }
  })
}
