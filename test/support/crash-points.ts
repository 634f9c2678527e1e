import { appendFileSync, promises, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { createTransport } from 'nodemailer'
import { SqliteBackend } from '../../src/store/sqlite-backend.js'
import { ANY_STEP, type CrashPoint } from './crash-plan.js'

// Loaded into a process of ours before its program (`--import crash-points.js?DIRECTORY`): notes every
// step by name, and ends the process at once, as a power cut does, at the step that it is told of.
// A step is whatever leaves a trace outside of the process: each operation of the store, each notice
// that Postfix gets, each answer of the milter, each change of the key file.

const directory = fileURLToPath(new URL(import.meta.url).search.slice(1))
const STEPS = join(directory, 'steps')
let seen = new Map<string, number>()
let point: CrashPoint | undefined

if (isMainThread) {
  begin()
  process.on('SIGUSR2', begin)
  watch(SqliteBackend.prototype, 'run', name => String(name))
  watch(SqliteBackend.prototype, 'write', () => 'record')
  const { constructor } = createTransport({ jsonTransport: true })
  watch(constructor.prototype as Methods, 'sendMail', () => 'send-notice')
  watch(promises, 'rename', () => 'key-file')
  syncBuiltinESMExports()
  watchAnswers()
}

type Methods = Record<string, (...input: unknown[]) => unknown>

/** Reads at which step to end, and counts from here on. */
function begin(): void {
  point = JSON.parse(readFileSync(join(directory, 'point'), 'utf8')) as CrashPoint | undefined
  seen = new Map()
  writeFileSync(STEPS, '')
  writeFileSync(join(directory, 'armed'), '')
}

function watch(owner: object, method: string, nameOf: (first: unknown) => string): void {
  const methods = owner as Methods
  const original = methods[method]
  if (original === undefined) throw new Error(`there is no ${method}`)
  methods[method] = async function (...input) {
    const after = step(nameOf(input[0]))
    const result: unknown = await original.apply(this, input)
    after()
    return result
  }
}

/** What a socket says that a server of this process has accepted: the milter's answers. */
function watchAnswers(): void {
  const methods = Socket.prototype as unknown as Methods
  const { write } = methods
  if (write === undefined) throw new Error('sockets do not write')
  methods['write'] = function (this: { readonly server?: unknown }, ...input) {
    if (this.server === undefined || this.server === null) return write.apply(this, input)
    const after = step('answer')
    const result = write.apply(this, input)
    after()
    return result
  }
}

/** Called before a step; what it gives is called after it. */
function step(name: string): () => void {
  const nth = (seen.get(name) ?? 0) + 1
  seen.set(name, nth)
  appendFileSync(STEPS, `${name}\n`)
  const ofAll = (seen.get(ANY_STEP) ?? 0) + 1
  seen.set(ANY_STEP, ofAll)
  const end = (when: CrashPoint['when']): void => {
    endAt({ name, nth, when })
    endAt({ name: ANY_STEP, nth: ofAll, when })
  }
  end('before')
  return () => end('after')
}

function endAt({ name, nth, when }: CrashPoint): void {
  if (point?.name === name && point.nth === nth && point.when === when)
    process.kill(process.pid, 'SIGKILL')
}
