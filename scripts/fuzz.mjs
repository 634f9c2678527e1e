// `npm run fuzz`: hostile bytes for everything that reads mail, changed further where they reach new
// code. `npm test` runs a short sample of the same.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

const HELP = `Usage: npm run fuzz -- [--target NAME[,NAME]] [--seconds 60] [--seed 1]

Reads changed samples with the message parser, each detector and the whole detect stage. What reaches
new places of the code is kept in var/fuzz/TARGET/inputs and changed further, also by later runs.

  --target NAME  message, smime, pgp, zip, 7z, rar, pdf, office, odf, rms, tnef, stage; or several of
                 them, parted by commas (all of them)
  --seconds N    for each target (60)
  --seed N       another seed is another order of changes (1)

A failure is an exception, a run beyond 5 s of CPU or 384 MB, or a verdict that cannot be: its input is
made as small as can be and left in var/fuzz/TARGET/failures, beside what went wrong. Labelled samples
in ../shared/corpus are used too when they are there.

Exit code 0: no failure; 1: there were some; 2: it could not start.

Examples:
  npm run fuzz -- --seconds 10
  npm run fuzz -- --target zip,pdf --seconds 600
  npm run fuzz -- --seconds 300 --seed 7
`

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(HELP)
  else process.exitCode = await run(options)
} catch (thrown) {
  say(`The fuzzing cannot start: ${thrown.message}`)
  process.exitCode = 2
}

/** Gives  undefined when help is asked for. */
function readOptions(args) {
  const text = { type: 'string' }
  const options = { target: text, seconds: text, seed: text, help: { type: 'boolean', short: 'h' } }
  const { values } = parseArgs({ args, options })
  if (values.help === true) return undefined
  const { target = 'all', seconds = '60', seed = '1' } = values
  for (const [name, value] of Object.entries({ seconds, seed })) {
    if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name}: "${value}" is no whole number`)
  }
  return { target, seconds, seed }
}

async function run({ target, seconds, seed }) {
  for (const { name, need } of await setUp('test')) say(`Not there: ${name} (${need})`)
  await buildTests()
  const main = join(ROOT, 'scripts/fuzz/main.mjs')
  return handOver([main, target, seconds, seed], { cwd: ROOT })
}
