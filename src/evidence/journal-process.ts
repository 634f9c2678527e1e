import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { outsideText } from './outside-text.js'

/** A running journalctl(1). */
export interface JournalProcess {
  readonly output: Readable
  /** How it ended: undefined, or what was wrong. */
  readonly ended: Promise<string | undefined>
  /** Ends it, and waits until it has. */
  stop(): Promise<void>
}

export type StartJournal = (args: readonly string[]) => JournalProcess

/** A process that does not heed SIGTERM is killed after that. */
const STOP_DEADLINE_MS = 2_000

/** Of what it says on standard error the end is kept. */
const MAX_COMPLAINT = 300

/** Starts journalctl(1), or `command` in its place. */
export function startJournal(args: readonly string[], command = 'journalctl'): JournalProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
  })
  const ended = endOf(child)
  return {
    output: child.stdout,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
      // What was not read would keep the pipe, and so the process, open.
      child.stdout.resume()
      await ended
      clearTimeout(timer)
    },
  }
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-MAX_COMPLAINT)
  })
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.stdout?.once('error', error => resolve(error.message))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined)
      else resolve(outsideText(complaint.trim()) || `it ended with ${code ?? signal}`)
    })
  })
}
