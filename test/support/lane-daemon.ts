import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand, type CommandResult } from '../../sandbox/run-command.js'
import { plainNode } from './plain-node.js'
import { ROOT } from './tree-sources.js'

const POSTSEAL = join(ROOT, 'dist', 'src', 'cli', 'main.js')

const START_MS = 60_000

/** Runs `postseal` to its end. */
export function runPostseal(
  config: string,
  args: readonly string[],
  preload?: string,
): Promise<CommandResult> {
  return runCommand(...plainNode(...before(preload), POSTSEAL, ...args, '--config', config), {
    timeoutMs: START_MS,
  })
}

/** `postseal run` in a process of its own. */
export interface Daemon {
  /** Ends it as the service manager does (SIGTERM), or at once (SIGKILL); waits for its end. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  signal(name: NodeJS.Signals): void
  readonly isRunning: boolean
}

export interface DaemonOptions {
  readonly config: string
  /** Path of its unix socket. */
  readonly socket: string
  /** Takes what it says, behind what others said before. */
  readonly logFile: string
  /** Module that is loaded before the program. */
  readonly preload?: string
  /** Told how it ended when nobody had ended it. */
  readonly onDeath: (how: string) => void
}

/**
 * Starts the daemon; resolves when it takes connections.
 *
 * Throws  an Error with what it said when it does not.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, socket, logFile, onDeath, preload } = options
  const log = await open(logFile, 'a')
  const child = spawn(...plainNode(...before(preload), POSTSEAL, 'run', '--config', config), {
    stdio: ['ignore', 'ignore', log.fd],
  })
  await log.close()
  for (const end = Date.now() + START_MS; !(await accepts(socket)); await sleep(20)) {
    if (hasEnded(child) || Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`the daemon did not start:\n${readFileSync(logFile, 'utf8').slice(-5000)}`)
    }
  }
  let isEnded = false
  child.once('exit', (code, signal) => {
    if (!isEnded) onDeath(signal ?? `exit code ${code}`)
  })
  return {
    get isRunning() {
      return !hasEnded(child)
    },
    signal: name => void child.kill(name),
    end: async (signal = 'SIGTERM') => {
      isEnded = true
      if (hasEnded(child)) return
      const gone = new Promise<void>(done => child.once('exit', () => done()))
      child.kill(signal)
      await gone
    },
  }
}

function before(preload: string | undefined): readonly string[] {
  return preload === undefined ? [] : ['--import', preload]
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function accepts(path: string): Promise<boolean> {
  return new Promise(done => {
    const client = connect(path)
    client.once('connect', () => {
      client.destroy()
      done(true)
    })
    client.once('error', () => done(false))
  })
}
