// `npm run chaos`: traffic through a Postfix in a network of its own while parts of it fail, for as
// long as one likes, or a backlog as large as one likes. `npm test` runs both in small.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { LOGS, say } from './setup/step.mjs'

const HELP = `Usage: npm run chaos -- [--minutes 60] [--seed 1] [--logs DIR]
       npm run chaos -- --backlog 10000

Sends mail through a Postfix in a network of its own while the daemon, its disk, database and plugins,
Postfix and the receivers fail in turn; then lets everybody recover and counts what arrived where.

  --minutes N   how long things fail (60); recovery and the count come after that
  --seed N      another seed is another order of failures (1)
  --backlog N   in place of that: N messages come while the milter is down, and are worked off
  --logs DIR    where the logs of Postfix and the gateway go (var/setup/chaos)

Exit code 0: nothing was lost, nothing arrived unprotected, nothing arrived twice unexplained.

Examples:
  npm run chaos -- --minutes 5
  npm run chaos -- --minutes 60 --seed 7
  npm run chaos -- --backlog 10000
`
const CHAOS = 'dist/test/lanes/proof-chaos.test.js'
const BACKLOG = 'dist/test/lanes/proof-backlog.test.js'

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(HELP)
  else process.exitCode = await run(options)
} catch (thrown) {
  say(`The chaos cannot start: ${thrown.message}`)
  process.exitCode = 2
}

/** Gives  undefined when help is asked for. */
function readOptions(args) {
  const text = { type: 'string' }
  const help = { type: 'boolean', short: 'h' }
  const options = { minutes: text, seed: text, logs: text, backlog: text, help }
  const { values } = parseArgs({ args, options })
  if (values.help === true) return undefined
  const { minutes = '60', seed = '1', logs = join(LOGS, 'chaos') } = values
  if (!(Number(minutes) > 0)) throw new Error(`--minutes: "${minutes}" is no number above 0`)
  for (const [name, value] of Object.entries({ seed, backlog: values.backlog ?? '1' })) {
    if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name}: "${value}" is no whole number`)
  }
  return { minutes, seed, logs, backlog: values.backlog }
}

async function run({ minutes, seed, logs, backlog }) {
  for (const { name, need } of await setUp('test')) say(`Not there: ${name} (${need})`)
  await buildTests()
  mkdirSync(logs, { recursive: true })
  say(
    backlog === undefined
      ? `${minutes} minutes of failures, seed ${seed}; logs go to ${logs}`
      : `a backlog of ${backlog} messages`,
  )
  const tap = join(ROOT, 'node_modules/tap/dist/esm/run.mjs')
  const test = backlog === undefined ? CHAOS : BACKLOG
  const env = {
    ...process.env,
    POSTSEAL_CHAOS_MINUTES: minutes,
    POSTSEAL_CHAOS_SEED: seed,
    POSTSEAL_CHAOS_LOGS: logs,
    ...(backlog === undefined ? {} : { POSTSEAL_BACKLOG: backlog }),
  }
  return handOver([tap, '--disable-coverage', '--reporter=tap', test], { cwd: ROOT, env })
}
