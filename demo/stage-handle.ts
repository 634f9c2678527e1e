import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { STAGE_PROGRAM, type Layout } from './layout.js'
import type { StageFacts } from './stage.js'

export interface StageHandle {
  readonly facts: StageFacts
  stop(): Promise<void>
}

export interface LaunchOptions {
  readonly layout: Layout
  readonly withPostfix: boolean
  /** Whether it goes on when this process ends. */
  readonly keep: boolean
  readonly onStep: (title: string) => void
  /** Gives up and takes down what stands. */
  readonly signal: AbortSignal
}

const STOP_MS = 30_000

/**
 * Starts a stage in a process of its own, in an emptied directory.
 *
 * Throws  an Error with what the stage said when it cannot be built.
 */
export async function launchStage(options: LaunchOptions): Promise<StageHandle> {
  const { layout, withPostfix, keep, onStep, signal } = options
  await stopStage(layout)
  await rm(layout.directory, { recursive: true, force: true })
  await mkdir(layout.directory, { recursive: true })
  const errors = openSync(layout.stageLog, 'a')
  const words = [withPostfix ? 'postfix' : 'no-postfix', keep ? 'keep' : 'stay']
  const child = spawn(process.execPath, [STAGE_PROGRAM, layout.directory, ...words], {
    stdio: [keep ? 'ignore' : 'pipe', 'pipe', errors],
    detached: true,
  })
  closeSync(errors)
  const { stdout } = child
  if (stdout === null) throw new Error('the stage has no standard output')
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  for await (const line of createInterface({ input: stdout })) {
    const message = JSON.parse(line) as { step?: string; ready?: StageFacts; failed?: string }
    if (message.step !== undefined) onStep(message.step)
    if (message.failed !== undefined) throw new Error(message.failed)
    if (message.ready === undefined) continue
    stdout.destroy()
    child.unref()
    const stop = async (): Promise<void> => {
      await stopStage(layout)
      // It may be past its file already, but not yet gone.
      while (child.exitCode === null && child.signalCode === null) await sleep(20)
    }
    return { facts: message.ready, stop }
  }
  signal.throwIfAborted()
  const log = await readFile(layout.stageLog, 'utf8')
  throw new Error(`the stage ended before it was ready: ${log.trim()}`)
}

/** Ends the stage that runs in a directory and waits for it; false when there was none. */
export async function stopStage(layout: Layout): Promise<boolean> {
  const facts = await readFile(layout.stageFile, 'utf8').catch(() => undefined)
  if (facts === undefined) return false
  const { pid } = JSON.parse(facts) as StageFacts
  if (!(await isStage(pid, layout))) return false
  process.kill(pid, 'SIGTERM')
  for (const end = Date.now() + STOP_MS; await isStage(pid, layout); await sleep(50)) {
    if (Date.now() > end) throw new Error(`process ${pid} does not stop; see ${layout.stageLog}`)
  }
  return true
}

/** A number in a file may belong to a stranger by now: the process must be a stage of ours. */
async function isStage(pid: number, layout: Layout): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const [, program, directory] = commandLine.split('\0')
  return program === STAGE_PROGRAM && directory === layout.directory
}
