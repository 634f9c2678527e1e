import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../sandbox/run-command.js'
import { POSTSEAL } from './layout.js'

const COMMAND_MS = 60_000
const START_MS = 30_000

/**
 * Runs `postseal` as an administrator would, and gives its standard output.
 *
 * Throws  an Error with what it said on standard error.
 */
export async function runPostseal(config: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(
    process.execPath,
    [POSTSEAL, ...args, '--config', config],
    { timeoutMs: COMMAND_MS },
  )
  if (code !== 0) throw new Error(`postseal ${args[0]} ended with ${code}: ${stderr.trim()}`)
  return stdout
}

export interface MilterProcess {
  /** Ends it the way the service manager does; resolves when it is gone. */
  stop(): Promise<void>
}

/** Starts `postseal milter`; resolves when its socket accepts. */
export async function startMilter(
  config: string,
  port: number,
  logFile: string,
): Promise<MilterProcess> {
  const listen = `inet:127.0.0.1:${port}`
  const args = [POSTSEAL, 'milter', '--config', config, '--listen', listen]
  // In a group of its own: Ctrl-C is for the one who stops things in order.
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  child.stderr.pipe(createWriteStream(logFile))
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  for (const end = Date.now() + START_MS; ; await sleep(50)) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`the milter did not start:\n${await readFile(logFile, 'utf8')}`)
    }
    if (await accepts(port)) break
  }
  return {
    stop: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
