import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.mjs'

/** Where the logs of long steps go. */
export const LOGS = join(ROOT, 'var', 'setup')

/** A line for the person who waits; on standard error, so that output stays output. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Runs a program that takes its time: its output goes to a log, the terminal shows that it goes on.
 *
 * Gives   undefined when it ended well, else the last lines of the log with its name.
 */
export async function runStep(title, command, args, logName) {
  mkdirSync(LOGS, { recursive: true })
  const log = join(LOGS, logName)
  const output = createWriteStream(log)
  const stop = showProgress(title)
  const code = await ended(
    spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }),
    output,
  )
  await new Promise(done => output.end(done))
  stop(code === 0)
  if (code === 0) return undefined
  return `${lastLines(log)}\n(the whole log is in ${log})`
}

async function ended(child, output) {
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  return new Promise(done => {
    child.once('error', error => {
      output.write(`${error.message}\n`)
      done(127)
    })
    child.once('close', code => done(code ?? 1))
  })
}

/** On a terminal one line that counts seconds, elsewhere a line every half minute. */
function showProgress(title) {
  const start = Date.now()
  const live = process.stderr.isTTY === true
  const line = end => `  ${title} … ${Math.round((Date.now() - start) / 1000)} s${end}`
  const timer = setInterval(
    () => process.stderr.write(live ? `\r${line('')}` : `${line('')}\n`),
    live ? 1000 : 30_000,
  )
  return good => {
    clearInterval(timer)
    process.stderr.write(`${live ? '\r' : ''}${line(good ? ', done' : ', failed')}\n`)
  }
}

function lastLines(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
}
