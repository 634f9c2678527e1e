// `npm run crash`: messages are sealed in a Postfix in a network of its own while the gateway is ended at
// every single step. `npm test` tries a few of them.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

const HELP = `Usage: npm run crash [-- --seed 1]

Seals messages in a Postfix in a network of its own, in four ways: the sender is told the password, has
given it, the letter comes back from a lane, or the message is lost. The gateway is ended by SIGKILL before
and after every step of each (operations of the store, notices, answers to Postfix, changes of the key
file) and started again. It takes about an hour.

  --seed N   tries a few points in place of all, another choice for each seed

Exit code 0: every letter opens with the one password that its sender knows, no notice without its letter,
nothing in the clear outside or in a file.
`
const TEST = 'dist/test/lanes/proof-sealing.test.js'

try {
  const help = { type: 'boolean', short: 'h' }
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { seed: { type: 'string' }, help },
  })
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed: "${values.seed}" is no whole number`)
  if (values.help === true) process.stdout.write(HELP)
  else process.exitCode = await run(values.seed)
} catch (thrown) {
  say(`The crashes cannot start: ${thrown.message}`)
  process.exitCode = 2
}

async function run(seed) {
  for (const { name, need } of await setUp('test')) say(`Not there: ${name} (${need})`)
  await buildTests()
  const tap = join(ROOT, 'node_modules/tap/dist/esm/run.mjs')
  const choice = seed === undefined ? { POSTSEAL_CRASH: 'all' } : { POSTSEAL_CRASH_SEED: seed }
  const env = { ...process.env, ...choice }
  const args = ['--disable-coverage', '--reporter=tap', '--timeout=14400', TEST]
  return handOver([tap, ...args], { cwd: ROOT, env })
}
