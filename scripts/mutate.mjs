// `npm run mutate`: changes good samples byte by byte and cuts them, and lets the detectors look at
// each; programs that are no part of ours say which of them open. `npm test` does it with a few.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { LOGS, say } from './setup/step.mjs'

const HELP = `Usage: npm run mutate -- [--family NAME] [--sample N] [--seed 1] [--keep DIR]

Takes good files of every kind that the detectors know, sets each byte of their first and last 4 KiB
to several values, cuts them at every length up to 4 KiB, and lets all detectors look at each result.
openssl, gpg, 7z and qpdf say what opens without a secret. The labelled samples in ../shared/corpus
take part where they are, with 200 mutants each (Office: 40).

  --family NAME  only smime, pgp, zip, 7z, rar, pdf, office, odf or rms
  --sample N     N mutants of each file, by chance, in place of all
  --seed N       another seed is other values and another choice (1)
  --keep DIR     where the mutants go that were judged wrongly (var/setup/mutate)

Exit code 0: nothing that opens without a secret was called protected, no detector threw, and none
took longer than a plugin may.

Examples:
  npm run mutate
  npm run mutate -- --family pdf
  npm run mutate -- --sample 200 --seed 7
`

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(HELP)
  else process.exitCode = await run(options)
} catch (thrown) {
  say(`The mutations cannot run: ${thrown.message}`)
  process.exitCode = 2
}

/** Gives  undefined when help is asked for. */
function readOptions(args) {
  const text = { type: 'string' }
  const help = { type: 'boolean', short: 'h' }
  const options = { family: text, sample: text, seed: text, keep: text, help }
  const { values } = parseArgs({ args, options })
  if (values.help === true) return undefined
  const { family, sample, seed = '1', keep = join(LOGS, 'mutate') } = values
  for (const [name, value] of Object.entries({ seed, sample: sample ?? '1' }))
    if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name}: "${value}" is no whole number`)
  const perSample = sample === undefined ? undefined : Number(sample)
  return { family, perSample, seed: Number(seed), keep }
}

async function run({ family, perSample, seed, keep }) {
  for (const { name, need } of await setUp('test')) say(`Not there: ${name} (${need})`)
  await buildTests()
  const { mutate } = await import('../dist/test/support/mutation-bench.js')
  const { FAMILIES } = await import('../dist/test/support/mutation-samples.js')
  const { progressBar } = await import('../dist/src/cli/progress.js')
  if (family !== undefined && !FAMILIES.includes(family))
    throw new Error(`--family: "${family}" is none of ${FAMILIES.join(', ')}`)
  let bar
  const begin = total => {
    say(`${total} mutants, seed ${seed}`)
    bar = progressBar('mutants', total)
    return () => bar.step()
  }
  const result = await mutate({ family, perSample, seed, withLabelled: true, begin }).finally(() =>
    bar?.end(),
  )
  for (const tally of result.tallies) say(lineOf(tally))
  report(result.troubles, keep)
  const mutants = result.tallies.reduce((sum, tally) => sum + tally.mutants, 0)
  process.stdout.write(`${mutants} mutants, ${result.troubles.length} judged wrongly\n`)
  return result.troubles.length === 0 ? 0 : 1
}

function lineOf({ family, samples, mutants, claimed, asked, slowestMs, verdicts }) {
  const each = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  return (
    `${family}: ${samples} samples, ${mutants} mutants: ${each}; ${claimed} said to be protected, ` +
    `${asked} of them asked about; the slowest took ${Math.round(slowestMs)} ms`
  )
}

/** The first of them are shown and kept, so that one can look at them. */
function report(troubles, keep) {
  if (troubles.length === 0) return
  mkdirSync(keep, { recursive: true })
  for (const [index, { where, what, bytes }] of troubles.slice(0, 200).entries()) {
    say(`${index}: ${where}: ${what}`)
    writeFileSync(join(keep, String(index)), bytes)
  }
  say(`They are in ${keep}, by their number.`)
}
