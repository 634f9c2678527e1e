import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostfixOptions } from '../sandbox/postfix.js'
import { POSTFIX_PROGRAM } from './layout.js'

/** A Postfix in another process, whose log is copied to a file of ours. */
export interface PrivatePostfix {
  readonly smtpPort: number
  stop(): Promise<void>
}

const START_MS = 30_000
const STOP_MS = 10_000

/** Why Postfix cannot be started here; undefined when it can. */
export function whyNoPostfix(): string | undefined {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  const there = spawnSync('sh', ['-c', 'command -v postfix'], { env: { PATH: path } }).status === 0
  if (!there) return 'the package postfix is not installed'
  const found = asRoot()
  return found === undefined ? 'Postfix needs root, or sudo without a password' : undefined
}

/** Starts the Postfix of the demo as root. */
export async function startPrivatePostfix(
  options: PostfixOptions,
  logFile: string,
): Promise<PrivatePostfix> {
  const [command, ...args] = [...(asRoot() ?? []), process.execPath, POSTFIX_PROGRAM]
  // In a group of its own: Ctrl-C is for the one who stops things in order.
  const directory = await shortEnough(options.directory)
  const child = spawn(command ?? '', [...args, JSON.stringify({ ...options, directory })], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const complaint = text(child.stderr)
  const lines = createInterface({ input: child.stdout })
  const first = await firstLine(child, lines, complaint)
  const log = createWriteStream(logFile)
  lines.on('line', line => log.write(`${line}\n`))
  return {
    smtpPort: (JSON.parse(first) as { smtpPort: number }).smtpPort,
    stop: () => stop(child, child.stdout),
  }
}

/** Sockets of Postfix have names of 107 bytes at most, its directory included. */
const LONGEST_DIRECTORY = 80

async function shortEnough(directory: string): Promise<string> {
  if (Buffer.byteLength(directory) <= LONGEST_DIRECTORY) return directory
  return mkdtemp(join(tmpdir(), 'postseal-demo-'))
}

/** What goes before a command to run it as root: nothing for root, or sudo. */
export function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return []
  const sudo = ['sudo', '-n']
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? sudo : undefined
}

async function firstLine(
  child: ChildProcess,
  lines: Interface,
  complaint: Promise<string>,
): Promise<string> {
  const timer = setTimeout(() => child.stdin?.end(), START_MS)
  try {
    return await new Promise<string>((done, fail) => {
      lines.once('line', done)
      child.once('error', fail)
      const onExit = async (): Promise<void> => fail(new Error((await complaint).trim()))
      child.once('exit', () => void onExit())
    })
  } finally {
    clearTimeout(timer)
  }
}

async function stop(child: ChildProcess, output: Readable): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  child.stdin?.end()
  const late = sleep(STOP_MS, 'late', { ref: false })
  if ((await Promise.race([gone, late])) === 'late')
    process.stderr.write('Postfix takes long to stop; it was told to.\n')
  output.destroy()
}
