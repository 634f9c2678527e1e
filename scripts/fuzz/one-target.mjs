import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../setup/root.mjs'
import { say } from '../setup/step.mjs'

/** Where inputs are kept from one run to the next. */
const KEPT = join(ROOT, 'var', 'fuzz')

/** No input takes longer, on a machine that has something else to do as well. */
const LONGEST_RUN_MS = 60_000

/** Making an input small runs it again and again. */
const LONGEST_SHRINKING_MS = 600_000

/** Objects of JavaScript that a run may hold; its other memory is measured by the process itself. */
const HEAP_MB = 768

/**
 * Fuzzes one target in a process of its own.
 *
 * Gives   what was run, and the failures, each in a file of its own below var/fuzz/TARGET/failures.
 */
export async function fuzzTarget(name, { seconds, seed }) {
  const kept = join(KEPT, name, 'inputs')
  mkdirSync(kept, { recursive: true })
  const current = join(KEPT, name, 'current')
  writeFileSync(current, '')
  const program = fileURLToPath(new URL('worker.mjs', import.meta.url))
  const hook = new URL('register.mjs', import.meta.url).href
  const child = fork(program, [name, seconds, seed, kept, current].map(String), {
    execArgv: ['--import', hook, `--max-old-space-size=${HEAP_MB}`],
  })
  let last = { executions: 0, inputs: 0, places: 0, of: 0, outcomes: {} }
  let result
  let isHung = false
  const start = Date.now()
  const watch = setInterval(() => {
    const isShrinking = Date.now() > start + seconds * 1000 + LONGEST_RUN_MS
    const longest = isShrinking ? LONGEST_SHRINKING_MS : LONGEST_RUN_MS
    isHung = Date.now() - statSync(current).mtimeMs > longest
    if (isHung) child.kill('SIGKILL')
  }, 5000)
  child.on('message', ({ progress, input, done, failures }) => {
    if (input !== undefined) keep(kept, Buffer.from(input, 'base64'))
    last = done ?? progress ?? last
    if (progress !== undefined) say(`  ${lineOf(name, progress)}`)
    result = failures ?? result
  })
  const how = await new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done(signal ?? `code ${code}`))
  })
  clearInterval(watch)
  const kind = isHung ? 'it does not end' : `it ended the process: ${how}`
  const bytes = readFileSync(current).toString('base64')
  const failures = result ?? [{ kind, what: kind, bytes }]
  return { name, ...last, failures: failures.map(failure => saved(name, failure)) }
}

export function lineOf(name, { executions, inputs, places, of, outcomes }) {
  const results = Object.entries(outcomes).map(([outcome, times]) => `${outcome} ${times}`)
  return `${name.padEnd(8)} ${executions} runs, ${inputs} inputs, ${places} of ${of} places; ${results.join(', ')}`
}

function saved(name, { kind, what, bytes: text }) {
  const folder = join(KEPT, name, 'failures')
  mkdirSync(folder, { recursive: true })
  const bytes = Buffer.from(text, 'base64')
  const file = keep(folder, bytes)
  writeFileSync(`${file}.txt`, `${what}\n`)
  return { kind, file: relative(ROOT, file), size: bytes.length, what }
}

function keep(folder, bytes) {
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
