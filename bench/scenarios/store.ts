import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Figure } from '../figure.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'store'
const RECORD = fileURLToPath(new URL('../store-record.js', import.meta.url))

const run = promisify(execFile)

/** What bench/store-record.ts prints. */
interface RecordCost {
  readonly perSecond: number
  readonly mainThreadCpuUs?: number
  readonly processCpuUs: number
  readonly slowestMs: number
}

/** What one record costs, alone and with ten sessions that share a sync of the disk. */
export const storeScenario: Scenario = {
  name: NAME,
  summary: 'how fast decisions are put on record, synced to the disk',
  run: async bench => [await record(bench, 1), await record(bench, 10)],
}

async function record(bench: Bench, sessions: number): Promise<Figure> {
  bench.say(`${NAME}: ${sessions} at a time`)
  const messages = bench.quick ? 200 : sessions * 1000
  const args = [...process.execArgv, RECORD, String(messages), String(sessions)]
  const { stdout } = await run(process.execPath, args)
  const cost = JSON.parse(stdout) as RecordCost
  const mainThread =
    cost.mainThreadCpuUs === undefined ? '' : `, ${count(cost.mainThreadCpuUs)} in the main thread`
  return {
    scenario: NAME,
    what: `mean latency of a record, ${sessions} at a time`,
    measured: (sessions / cost.perSecond) * 1000,
    unit: 'ms',
    detail:
      `${count(cost.perSecond)} a second, slowest ${cost.slowestMs} ms, ` +
      `${count(cost.processCpuUs)} µs CPU each${mainThread}`,
  }
}
