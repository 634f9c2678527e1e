import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { freePort } from './free-port.js'
import { isInside } from './namespace.js'
import { masterOf, stopMaster, stopMasterAtExit } from './postfix-master.js'
import { fillChroot, makePostfixDirectories, removeOutsideData } from './postfix-directories.js'
import {
  mainCfText,
  masterCfText,
  type PostfixLayout,
  type PostfixStyle,
} from './postfix-config.js'
import { runCommand, type CommandResult } from './run-command.js'

export interface PostfixOptions {
  /** Where configuration, queue, data and log go; made when missing, never removed. */
  readonly directory: string
  /** Settings that come after our own and win. */
  readonly mainCf?: Readonly<Record<string, string>>
  /** Further lines for master.cf. */
  readonly masterExtra?: string
  /** `inet:host:port` or `unix:/path`, for smtpd and for sendmail(1) alike. */
  readonly milter?: string
  /** A free one is taken when it is not given; style `debian` has 25. */
  readonly smtpPort?: number
  /**
   * `debian`: configured and chrooted as Debian does it, with DNS and a way out, and so only in a
   * network of its own (`enterNamespace`).
   */
  readonly style?: PostfixStyle
  /** Called when the configuration is written, before the start. */
  readonly configure?: (configDirectory: string) => Promise<void>
  /** Recipient domain (or `*`) to next hop, as in transport(5): `{ 'b.test': 'smtp:[127.0.0.1]:2525' }`. */
  readonly transport?: Readonly<Record<string, string>>
  /** Runs smtpd and cleanup chrooted in the queue directory. */
  readonly chroot?: boolean
  /** Leaves Postfix running when this process ends; `stopPostfix(directory)` ends it later. */
  readonly keepRunning?: boolean
}

export interface Postfix {
  readonly smtpPort: number
  readonly queueDirectory: string
  readonly configDirectory: string
  readonly logFile: string
  /** Runs sendmail(1) of this instance with `input` as the message. */
  sendmail(args: readonly string[], input: string | Buffer): Promise<CommandResult>
  /** Runs postfix(1): `reload`, `stop`, `start`. */
  postfix(args: readonly string[]): Promise<string>
  postconf(args: readonly string[]): Promise<string>
  postqueue(args: readonly string[]): Promise<string>
  postsuper(args: readonly string[]): Promise<string>
  logLines(): Promise<string[]>
  /** The first log line that `predicate` accepts; throws with the last lines after `deadlineMs`. */
  waitForLog(predicate: (line: string) => boolean, deadlineMs?: number): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts a Postfix of its own beside the system's, for tests, demo and bench.
 *
 * Everything lies under `directory`, it listens on 127.0.0.1 only, and mail leaves it only by the
 * transports named. An instance that an earlier run left in `directory` is stopped first.
 *
 * Throws  an Error that says what is missing: root, the Postfix package, or what Postfix itself said.
 */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  if (process.getuid?.() !== 0)
    throw new Error('Postfix cannot be started without root: its master process needs it')
  if (options.style === 'debian' && !isInside())
    throw new Error('a Postfix with a way out is started in a network of its own only')
  const directory = resolve(options.directory)
  await stopPostfix(directory)
  const layout = await makeLayout(directory, options)
  const configDirectory = join(directory, 'config')
  await writeConfiguration(configDirectory, layout, options.transport ?? {})
  if (options.configure !== undefined) await configureBefore(options.configure, configDirectory)
  const started = await runCommand('postfix', ['-c', configDirectory, 'start'], {
    timeoutMs: 20_000,
  })
  if (started.code !== 0)
    throw new Error(`Postfix did not start: ${await lastWords(layout, started)}`)
  if (options.keepRunning !== true) stopMasterAtExit(layout.queueDirectory, configDirectory)
  return handle(directory, configDirectory, layout)
}

/** Stops the instance that runs in `directory`, if one does; waits until its master is gone. */
export async function stopPostfix(directory: string): Promise<void> {
  const root = resolve(directory)
  const pid = masterOf(join(root, 'queue'), join(root, 'config'))
  if (pid !== undefined) await stopMaster(pid)
  await removeOutsideData(root)
}

async function makeLayout(directory: string, options: PostfixOptions): Promise<PostfixLayout> {
  const dataDirectory = await makePostfixDirectories(directory)
  return {
    queueDirectory: join(directory, 'queue'),
    dataDirectory,
    logFile: join(directory, 'mail.log'),
    logDirectory: directory,
    smtpPort: options.smtpPort ?? (options.style === 'debian' ? 25 : await freePort()),
    transportFile: join(directory, 'config', 'transport'),
    milter: options.milter,
    style: options.style ?? 'closed',
    chroot: options.chroot ?? false,
    mainCf: options.mainCf ?? {},
    masterExtra: options.masterExtra ?? '',
  }
}

async function writeConfiguration(
  configDirectory: string,
  layout: PostfixLayout,
  transport: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(transport).map(([domain, nextHop]) => `${domain} ${nextHop}\n`)
  await writeSettled(layout.transportFile, entries.join(''))
  await writeSettled(join(configDirectory, 'main.cf'), mainCfText(layout))
  await writeSettled(join(configDirectory, 'master.cf'), masterCfText(layout))
  if (layout.style === 'debian') await writeSettled(join(configDirectory, 'aliases'), '')
  if (layout.chroot || layout.style === 'debian') await fillChroot(layout.queueDirectory)
}

async function configureBefore(
  configure: (configDirectory: string) => Promise<void>,
  configDirectory: string,
): Promise<void> {
  await configure(configDirectory)
  for (const name of ['main.cf', 'master.cf']) await settle(join(configDirectory, name))
}

/** Postfix waits up to two seconds for a file that just changed to settle; this one will not change. */
async function writeSettled(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  await settle(path)
}

async function settle(path: string): Promise<void> {
  const before = new Date(Date.now() - 60_000)
  await utimes(path, before, before)
}

function handle(directory: string, configDirectory: string, layout: PostfixLayout): Postfix {
  const logLines = async (): Promise<string[]> =>
    (await readFile(layout.logFile, 'utf8').catch(() => '')).split('\n').filter(line => line !== '')
  return {
    smtpPort: layout.smtpPort,
    queueDirectory: layout.queueDirectory,
    configDirectory,
    logFile: layout.logFile,
    sendmail: (args, input) => runCommand('sendmail', ['-C', configDirectory, ...args], { input }),
    postfix: args => output('postfix', ['-c', configDirectory, ...args]),
    postconf: args => output('postconf', ['-c', configDirectory, ...args]),
    postqueue: args => output('postqueue', ['-c', configDirectory, ...args]),
    postsuper: args => output('postsuper', ['-c', configDirectory, ...args]),
    logLines,
    waitForLog: async (predicate, deadlineMs = 10_000) => {
      for (const end = Date.now() + deadlineMs; ; await sleep(20)) {
        const lines = await logLines()
        const found = lines.find(predicate)
        if (found !== undefined) return found
        if (Date.now() > end)
          throw new Error(
            `no such line in ${layout.logFile}; its end is:\n${lines.slice(-15).join('\n')}`,
          )
      }
    },
    stop: () => stopPostfix(directory),
  }
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args)
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr.trim()}`)
  return stdout
}

async function lastWords(layout: PostfixLayout, result: CommandResult): Promise<string> {
  const log = await readFile(layout.logFile, 'utf8').catch(() => '')
  return [result.stderr.trim(), ...log.trim().split('\n').slice(-3)].filter(Boolean).join('\n')
}
