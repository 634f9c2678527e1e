// The process that fuzzes one target. What it is about to run stands in a file, so that an input is not
// lost when it ends this process or never ends.
import { ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fuzz, kindOf, shrunk } from '../../dist/test/support/fuzz-loop.js'
import { FUZZ_TARGETS } from '../../dist/test/support/fuzz-targets.js'

const [name, seconds, seed, kept, currentFile] = process.argv.slice(2)
const target = FUZZ_TARGETS.find(target => target.name === name)
const current = openSync(currentFile, 'w')
const end = Date.now() + Number(seconds) * 1000
let told = Date.now()

const report = await fuzz(target, {
  seed: Number(seed),
  inputs: readdirSync(kept).map(file => readFileSync(join(kept, file))),
  coverage: globalThis.postsealFuzz,
  isOver: report => {
    const now = Date.now()
    if (now - told > 10_000) {
      told = now
      process.send({ progress: figures(report) })
    }
    return now >= end
  },
  onInput: bytes => {
    ftruncateSync(current)
    writeSync(current, bytes, 0, bytes.length, 0)
  },
  onNew: bytes => process.send({ input: bytes.toString('base64') }),
})
const failures = []
for (const failure of report.failures) {
  const bytes = await shrunk(target, failure)
  const { error } = failure
  const what = error instanceof Error ? error.stack : String(error)
  failures.push({ kind: kindOf(error), what, bytes: bytes.toString('base64') })
}
const { modules } = globalThis.postsealFuzz
const rooms = modules.map(({ name, from, to }) => ({
  name,
  reached: [...report.reached.subarray(from, to)].map(steps => (steps === 0 ? 0 : 1)),
}))
process.send({ done: { ...figures(report), rooms }, failures }, () => process.exit(0))

function figures({ executions, inputs, places, outcomes }) {
  return { executions, inputs, places, of: globalThis.postsealFuzz.used, outcomes }
}
