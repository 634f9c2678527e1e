import { spawn, type ChildProcess } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../sandbox/free-port.js'
import { endChild } from './end-child.js'

export type Transport = 'unix' | 'tcp'

/** A running milter. */
export interface Filter {
  /** A port on 127.0.0.1 or the path of a socket, as the load client takes it. */
  readonly target: string
  readonly pid: number
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>
}

/** The command line of a milter that listens where it is told, as Postfix writes it. */
export type FilterCommand = (listen: string) => readonly [string, ...string[]]

const START_MS = 30_000

/**
 * Starts a milter on a new socket in `directory`, or on a free port; resolves when it accepts.
 *
 * Throws  an Error with the end of what it said when it does not start within 30 s.
 */
export async function startFilter(
  command: FilterCommand,
  transport: Transport,
  directory: string,
): Promise<Filter> {
  const target = transport === 'unix' ? socketIn(directory) : String(await freePort())
  const listen = transport === 'unix' ? `unix:${target}` : `inet:127.0.0.1:${target}`
  const [program, ...args] = command(listen)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  const said = lastWords(child)
  await waitUntilItAccepts(child, target, said)
  // Postfix connects as a user of its own.
  if (transport === 'unix') await chmod(target, 0o666)
  return { target, pid: child.pid ?? 0, stop: () => endChild(child) }
}

/** libmilter names the port first. */
export function libmilterAddress(listen: string): string {
  return listen.replace(/^inet:([\d.]+):(\d+)$/, 'inet:$2@$1')
}

let sockets = 0

function socketIn(directory: string): string {
  sockets += 1
  return join(directory, `filter-${sockets}.sock`)
}

/** Keeps the end of standard error, and reads it all: a full pipe would stop the milter. */
function lastWords(child: ChildProcess): () => string {
  let end = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    end = `${end}${text}`.slice(-2000)
  })
  return () => end.trim()
}

async function waitUntilItAccepts(
  child: ChildProcess,
  target: string,
  said: () => string,
): Promise<void> {
  let failure: Error | undefined
  child.once('error', error => (failure = error))
  for (const end = Date.now() + START_MS; !(await accepts(target)); await sleep(20)) {
    if (failure !== undefined) throw failure
    if (child.exitCode !== null) throw new Error(`the filter ended: ${said()}`)
    if (Date.now() > end) {
      await endChild(child)
      throw new Error(`the filter does not listen on ${target} after ${START_MS} ms: ${said()}`)
    }
  }
}

function accepts(target: string): Promise<boolean> {
  const socket = connect(target.startsWith('/') ? { path: target } : { port: Number(target) })
  return new Promise(done => {
    socket.once('connect', () => done(true)).once('error', () => done(false))
  }).finally(() => socket.destroy()) as Promise<boolean>
}
