// Fuzzes the targets one after the other, each in a process of its own that is instrumented.
import { say } from '../setup/step.mjs'
import { FUZZ_TARGETS } from '../../dist/test/support/fuzz-targets.js'
import { fuzzTarget, lineOf } from './one-target.mjs'

const [targets, seconds, seed] = process.argv.slice(2)
const known = FUZZ_TARGETS.map(({ name }) => name)
const wanted = targets === 'all' ? known : targets.split(',')
const strange = wanted.find(name => !known.includes(name))
if (strange !== undefined) {
  say(`No target is called "${strange}"; there are: ${known.join(', ')}`)
  process.exit(2)
}
let failed = 0
let executions = 0
for (const name of wanted) {
  const report = await fuzzTarget(name, { seconds: Number(seconds), seed: Number(seed) })
  executions += report.executions
  process.stdout.write(`${lineOf(name, report)}\n`)
  for (const { kind, file, size, what } of report.failures) {
    failed += 1
    process.stdout.write(`  FAILURE ${kind.split('\n')[0]}\n    ${size} bytes in ${file}\n`)
    process.stdout.write(`${what.replaceAll(/^/gm, '      ')}\n`)
  }
}
process.stdout.write(`${executions} runs of ${wanted.length} target(s), ${failed} failure(s)\n`)
process.exitCode = failed === 0 ? 0 : 1
