import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../../sandbox/run-command.js'
import { endChild } from '../end-child.js'

/** A private rspamd. */
export interface Rspamd {
  readonly version: string
  /** Names of the symbols that it gives a mail, in alphabetical order. */
  symbols(mail: string): Promise<readonly string[]>
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>
}

/** It compiles its patterns at its first start. */
const START_MS = 120_000
const SCAN_MS = 60_000

/**
 * Starts an rspamd of its own that listens on a socket in `directory` alone.
 *
 * It has the rules of the package and the module that looks into attachments; of what asks the
 * network nothing is loaded, and its name server is a port that nobody listens on.
 *
 * Throws  an Error with the end of its log when it does not start.
 */
export async function startRspamd(directory: string): Promise<Rspamd> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const config = join(directory, 'rspamd.conf')
  const socket = join(directory, 'scan.sock')
  await writeFile(config, configFor(directory))
  const { stdout } = await runCommand('rspamd', ['--version'])
  const [version = 'rspamd'] = /\d+\.\d+(?:\.\d+)?/.exec(stdout) ?? []
  const asRoot = process.getuid?.() === 0 ? ['--insecure'] : []
  const child = spawn('rspamd', ['--no-fork', ...asRoot, '--config', config], { stdio: 'ignore' })
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  await waitUntilItAnswers(child, socket, join(directory, 'rspamd.log'))
  return {
    version,
    symbols: async mail => symbolsIn(await ask(socket, '/checkv2', await readFile(mail))),
    stop: () => endChild(child),
  }
}

/** Source  rspamd.com/doc/configuration; paths are those of the Debian package. */
function configFor(directory: string): string {
  return `lua = "/usr/share/rspamd/rules/rspamd.lua";
options {
  pidfile = "${directory}/rspamd.pid";
  tempdir = "${directory}";
  hs_cache_dir = "${directory}";
  filters = "";
  local_addrs = [];
  dns { nameserver = ["127.0.0.1:1:1"]; timeout = 0.1s; retransmits = 1; }
}
logging { type = "file"; filename = "${directory}/rspamd.log"; level = "warning"; }
worker "normal" { bind_socket = "${directory}/scan.sock mode=0600"; count = 1; }
modules { path = "/usr/share/rspamd/plugins/mime_types.lua"; }
.include "/etc/rspamd/modules.d/mime_types.conf"
`
}

/** Names of the symbols in an answer of rspamd, in alphabetical order. */
export function symbolsIn(answer: string): readonly string[] {
  const { symbols } = JSON.parse(answer) as { readonly symbols?: Readonly<Record<string, unknown>> }
  if (symbols === undefined) throw new Error(`rspamd gave no symbols: ${answer.slice(0, 200)}`)
  return Object.keys(symbols).sort()
}

/** Asks an rspamd over HTTP on its socket; throws an Error for any answer but 200. */
export async function ask(socketPath: string, path: string, body?: Buffer): Promise<string> {
  const method = body === undefined ? 'GET' : 'POST'
  const signal = AbortSignal.timeout(SCAN_MS)
  return new Promise((done, fail) => {
    const asked = request({ socketPath, path, method, signal }, answer => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.once('error', fail)
      answer.once('end', () => {
        const text = Buffer.concat(pieces).toString()
        if (answer.statusCode === 200) done(text)
        else fail(new Error(`rspamd answered ${answer.statusCode}: ${text.slice(0, 200)}`))
      })
    })
    asked.once('error', fail)
    asked.end(body)
  })
}

async function waitUntilItAnswers(child: ChildProcess, socket: string, log: string): Promise<void> {
  let failure: Error | undefined
  child.once('error', error => (failure = error))
  const isThere = (): Promise<boolean> =>
    ask(socket, '/ping').then(
      () => true,
      () => false,
    )
  for (const end = Date.now() + START_MS; !(await isThere()); await sleep(100)) {
    if (failure !== undefined) throw failure
    if (child.exitCode === null && Date.now() < end) continue
    await endChild(child)
    const said = await readFile(log, 'utf8').catch(() => '')
    throw new Error(`rspamd did not start: ${said.slice(-1000).trim()}`)
  }
}
