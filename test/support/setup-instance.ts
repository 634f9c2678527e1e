import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from '../../sandbox/free-port.js'
import { fillChroot, makePostfixDirectories } from '../../sandbox/postfix-directories.js'
import { stopPostfix } from '../../sandbox/postfix.js'
import { runCommand } from '../../sandbox/run-command.js'
import { parseConfig, type Config } from '../../src/config/load.js'
import { mapOptions, NO_LEVELS } from '../../src/maps/options.js'
import { ensureMaps } from '../../src/maps/write.js'
import { postfixRunner, type RunPostfix } from '../../src/postfix/run.js'
import { applySetup, type Applied } from '../../src/postfix/setup/apply.js'
import { readSetup, type Setup } from '../../src/postfix/setup/read-setup.js'
import { applyUndo, readUndo } from '../../src/postfix/setup/undo.js'

/** A private instance whose main.cf and master.cf are those that Debian installs. */
export interface SetupInstance {
  readonly directory: string
  readonly configDirectory: string
  readonly queueDirectory: string
  readonly stateDirectory: string
  readonly logFile: string
  readonly smtpPort: number
  readonly config: Config
  readonly run: RunPostfix
  /** Adds lines of the administrator's. */
  readonly addMain: (lines: string) => Promise<void>
  readonly addMaster: (lines: string) => Promise<void>
  readonly mainCf: () => Promise<string>
  readonly masterCf: () => Promise<string>
  /** Starts it; it is stopped after the test. */
  readonly start: () => Promise<void>
  /** Waits until the lines of the log are as they should be. */
  readonly waitForLog: (isReached: (lines: readonly string[]) => boolean) => Promise<void>
  readonly send: (to: string, message?: string) => Promise<void>
}

const DEBIAN = '/usr/share/postfix'
const WAIT_MS = 20_000

/** Maps that need not be compiled: a test that delivers nothing saves the time. */
const QUICK_MAPS = '[maps]\nmap_type = "texthash"\n'

/** Makes an instance; `settings` are lines of milter.conf. */
export async function setupInstance(t: Test, settings = QUICK_MAPS): Promise<SetupInstance> {
  const directory = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(async () => {
    await stopPostfix(directory)
    await rm(directory, { recursive: true })
  })
  const dataDirectory = await makePostfixDirectories(directory)
  const [configDirectory, queueDirectory, stateDirectory] = ['config', 'queue', 'state'].map(name =>
    join(directory, name),
  ) as [string, string, string]
  const logFile = join(directory, 'mail.log')
  const [smtpPort, split, qtls, tls] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const [main, master] = [join(configDirectory, 'main.cf'), join(configDirectory, 'master.cf')]
  const places = {
    queue_directory: queueDirectory,
    data_directory: dataDirectory,
    maillog_file: logFile,
    maillog_file_prefixes: directory,
    inet_protocols: 'ipv4',
    myhostname: 'setup.sandbox.test',
    smtp_host_lookup: 'native',
    alias_database: '',
    dnssec_probe: '',
  }
  const lines = Object.entries(places).map(([name, value]) => `${name} = ${value}\n`)
  await writeFile(main, (await readFile(join(DEBIAN, 'main.cf.debian'), 'utf8')) + lines.join(''))
  const services = await readFile(join(DEBIAN, 'master.cf.dist'), 'utf8')
  await writeFile(master, services.replace(/^smtp(?= +inet)/m, `127.0.0.1:${smtpPort}`))
  await fillChroot(queueDirectory)
  const config = parseConfig(
    [
      `state_directory = "${stateDirectory}"`,
      settings,
      '[listen]',
      `socket = "unix:${queueDirectory}/postseal/milter.sock"`,
      '[postfix]',
      `config_directory = "${configDirectory}"`,
      `split_listener = "127.0.0.1:${split}"`,
      `qtls_listener = "127.0.0.1:${qtls}"`,
      `tls_listener = "127.0.0.1:${tls}"`,
    ].join('\n'),
    join(directory, 'milter.conf'),
  )
  const log = async (): Promise<string> => readFile(logFile, 'utf8').catch(() => '')
  return {
    directory,
    configDirectory,
    queueDirectory,
    stateDirectory,
    logFile,
    smtpPort,
    config,
    run: postfixRunner(config.postfix),
    addMain: text => appendFile(main, text),
    addMaster: text => appendFile(master, text),
    mainCf: () => readFile(main, 'utf8'),
    masterCf: () => readFile(master, 'utf8'),
    start: async () => {
      const { code, stderr } = await runCommand('postfix', ['-c', configDirectory, 'start'])
      if (code !== 0) throw new Error(`Postfix did not start: ${stderr}\n${await log()}`)
    },
    waitForLog: async isReached => {
      for (const end = Date.now() + WAIT_MS; ; await sleep(50)) {
        const text = await log()
        if (isReached(text.split('\n'))) return
        if (Date.now() > end) throw new Error(`it never came to that:\n${text.slice(-4000)}`)
      }
    },
    send: async (to, message = 'Subject: test\n\nbody\n') => {
      const args = ['-C', configDirectory, '-f', 'a@sender.test', to]
      const { code, stderr } = await runCommand('sendmail', args, { input: message })
      if (code !== 0) throw new Error(`sendmail: ${stderr}`)
    },
  }
}

/** The maps that lanes need, without any domain. */
export async function writeEmptyMaps({ config, run }: SetupInstance): Promise<void> {
  await ensureMaps(await mapOptions({ config, run, levels: NO_LEVELS, now: 0 }))
}

/** The time of every setup in tests. */
export const NOW = new Date('2026-11-24T12:00:00Z')

/** The real commands, but for the check of the queue, which takes seconds. */
export function quick(run: RunPostfix): RunPostfix {
  return async (command, args, options) =>
    command === 'postfix'
      ? { code: args[0] === 'check' ? 0 : 1, stdout: '', stderr: '' }
      : run(command, args, options)
}

interface With {
  readonly config?: Config
  readonly run?: RunPostfix
}

/** What setup finds. */
export async function look(instance: SetupInstance, given: With = {}): Promise<Setup> {
  const { config = instance.config, run = instance.run } = given
  return readSetup({ config, run, signers: [] })
}

/** Applies setup; with `run` given, with the real check. */
export async function apply(instance: SetupInstance, given: With = {}): Promise<Applied> {
  const { config = instance.config, run = quick(instance.run) } = given
  return applySetup(await look(instance, given), {
    config,
    run,
    signers: [],
    now: NOW,
    ensureMaps: () => writeEmptyMaps(instance),
  })
}

/** Undoes everything; gives what stayed. */
export async function undo({ config, run }: SetupInstance): Promise<readonly string[]> {
  const options = { config, run: quick(run), signers: [] }
  const found = await readUndo(options)
  if (found === undefined) throw new Error('nothing to undo')
  await applyUndo(found, { ...options, now: NOW })
  return found.remarks.map(({ where, what }) => `${where.replace(/^.*\/(?=\w+\.cf)/, '')}: ${what}`)
}
