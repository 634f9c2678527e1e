import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NameServer } from '../dns/model.js'
import { createProber } from '../qtls/create-prober.js'
import { VerdictMaker, type MadeVerdict } from '../qtls/make-verdict.js'
import { runProbes, type Task, type TaskResult } from '../qtls/probe-run.js'
import { readTlsProfile, type TlsProfile } from '../qtls/tls-profile.js'
import { verdictRules } from '../qtls/verdict-rules.js'
import { normalDomain } from '../store/domain-name.js'
import type { Services } from './container.js'
import { EXIT, UsageError } from './exit.js'
import { printable, printJson, printNotice } from './output.js'
import { verdictJson } from './probe-json.js'
import { printReport, printVerdict, writeReport } from './probe-text.js'
import { dueTasks, knownTasks, namedTasks, plainTasks, type TaskOptions } from './probe-tasks.js'
import { progressBar, type Progress } from './progress.js'

export interface ProbeOptions {
  readonly domains: readonly string[]
  readonly file: string | undefined
  readonly isDue: boolean
  readonly isKnown: boolean
  readonly isResumed: boolean
  readonly isWatching: boolean
  readonly isJson: boolean
  readonly isKept: boolean
  readonly isDeep: boolean
  readonly resolver: NameServer | undefined
  readonly caFile: string | undefined
  readonly port: number | undefined
  readonly profile: string | undefined
  readonly allowed: readonly string[]
  readonly concurrency: number | undefined
  /** Where the report of the one domain goes as HTML. */
  readonly html: string | undefined
}

/** How often whoever watches looks for domains that are due. */
const WATCH_MS = 5_000
/** Longer than a batch of slow domains takes; a process that dies holds them no longer. */
const LEASE_MS = 15 * 60_000
const MAX_FILE_DOMAINS = 5_000_000

/**
 * Looks at domains and says what was found, once or until the command is ended.
 *
 * Throws  UsageError, and what settings, store and resolver throw. A bad name is printed and makes
 *         the exit code 65; an end by signal before all was done makes it 75, and so does a
 *         domain that is left out because another process is at it.
 */
export async function probeDomains(
  services: Pick<Services, 'config' | 'store' | 'log' | 'now'>,
  options: ProbeOptions,
): Promise<void> {
  const { config, now, log } = services
  const { good, bad } = sorted([...options.domains, ...(await domainsInFile(options.file))])
  const profile = readTlsProfile(options.profile ?? config.prober.tls_profile)
  const rules = verdictRules(profile, config.prober.bindings)
  const { caFile, port, resolver } = options
  const ready = createProber({
    settings: config.prober,
    heloName: config.hostname,
    allowed: options.allowed,
    isDeep: options.isDeep,
    keepsAnswers: options.isKept,
    now,
    ...(caFile === undefined ? {} : { caFile }),
    ...(port === undefined ? {} : { port }),
    ...(resolver === undefined ? {} : { resolver }),
  })
  const end = endBySignal()
  const store = options.isKept ? await services.store : undefined
  const owner = `${hostname()}:${process.pid}`
  const held = new Set<string>()
  let leftOut = 0
  try {
    await ready.checkResolver(end.signal)
    const concurrency = options.concurrency ?? config.prober.concurrency
    const maker = new VerdictMaker({
      prober: ready.prober,
      rules: () => rules,
      store: store?.domains,
      now,
    })
    for (const domain of bad) print({ domain, error: 'this is no domain' }, options)
    const access: TaskOptions | undefined = store && {
      store: store.domains,
      owner,
      leaseMs: LEASE_MS,
      batch: concurrency * 2,
      now,
      held,
      onLeftOut: domain => {
        leftOut += 1
        print({ domain, error: 'another process is at it' }, options)
      },
    }
    const isAlone = good.length === 1 && !options.isDue && !options.isKnown
    if (options.html !== undefined && !isAlone) throw new UsageError('--html is for one domain')
    const progress = await progressOf(good.length, options, store)
    const onResult = async (result: TaskResult): Promise<void> => {
      progress.step()
      print(result, options, isAlone ? profile : undefined)
      if (!('made' in result)) return
      held.delete(result.domain)
      sayAlarms(result.made, log)
      if (options.html !== undefined) await writeReport(options.html, result.made, profile)
    }
    const tasks = tasksOf(good, options, access, end.signal, now)
    await runProbes(tasks, { maker, concurrency, onResult }, end.signal)
    progress.end()
    if (end.signal.aborted && !options.isWatching) {
      printNotice('Ended before all were done; --resume goes on from here.')
      process.exitCode = EXIT.tryAgain
    } else if (leftOut > 0) {
      printNotice(`Left out: ${leftOut}, since another process is at them; try again later.`)
      process.exitCode = EXIT.tryAgain
    } else if (bad.length > 0) process.exitCode = EXIT.data
  } finally {
    end.stop()
    ready.close()
    try {
      // Whoever goes on need not wait for the leases to run out.
      if (held.size > 0) await store?.domains.giveBack(owner, [...held])
    } finally {
      await store?.close()
    }
  }
}

async function* tasksOf(
  domains: readonly string[],
  options: ProbeOptions,
  access: TaskOptions | undefined,
  signal: AbortSignal,
  now: () => number,
): AsyncGenerator<Task> {
  if (access === undefined) {
    do {
      const begun = now()
      yield* plainTasks(domains)
      if (options.isWatching) await pause(begun + LEASE_MS - now(), signal)
    } while (options.isWatching && !signal.aborted)
    return
  }
  if (domains.length > 0) yield* namedTasks(domains, options.isResumed, access)
  if (options.isKnown) yield* knownTasks(access)
  else if (options.isDue) yield* dueTasks(access)
  while (options.isWatching && !signal.aborted) {
    await pause(WATCH_MS, signal)
    if (!signal.aborted) yield* dueTasks(access)
  }
}

/** With `profile` as a report, else as lines. */
function print(result: TaskResult, { isJson }: ProbeOptions, profile?: TlsProfile): void {
  if ('error' in result) {
    const { domain, error } = result
    if (isJson) printJson({ domain: printable(domain), error })
    else printNotice(`${printable(domain)}: ${error}`)
    process.exitCode = EXIT.data
  } else if (isJson) printJson(verdictJson(result.made))
  else if (profile !== undefined) printReport(result.made, profile)
  else printVerdict(result.made)
}

function sayAlarms({ verdict, alarms }: MadeVerdict, log: Services['log']): void {
  for (const { what, host } of alarms) {
    const event = what === 'dane_lost' ? 'DANE disappeared' : 'STARTTLS disappeared'
    log.error(event, { domain: verdict.domain, ...(host === undefined ? {} : { address: host }) })
  }
}

async function progressOf(
  named: number,
  options: ProbeOptions,
  store: Awaited<Services['store']> | undefined,
): Promise<Progress> {
  if (!options.isDue && !options.isKnown) return progressBar('Probing', named)
  const { asked = 0, due = 0 } = (await store?.domains.countDue()) ?? {}
  return progressBar('Probing', named + asked + due)
}

/** Domains in their one spelling, each once, and what is none. */
function sorted(names: readonly string[]): { readonly good: string[]; readonly bad: string[] } {
  const good = new Set<string>()
  const bad = new Set<string>()
  for (const name of names) {
    const domain = normalDomain(name)
    if (domain === undefined || domain.startsWith('[')) bad.add(name)
    else good.add(domain)
  }
  return { good: [...good], bad: [...bad] }
}

/** One domain a line; what follows a comma, a blank or `#` is for people. */
async function domainsInFile(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined) return []
  const text = await (file === '-' ? textOf(process.stdin) : readFile(file, 'utf8')).catch(
    (thrown: NodeJS.ErrnoException) => {
      throw new UsageError(`cannot read ${printable(file)}: ${thrown.code}`)
    },
  )
  const lines = text.split(/\r?\n/).map(line => /^[^#,;\s]*/.exec(line.trim())?.[0] ?? '')
  const domains = lines.filter(line => line !== '')
  if (domains.length > MAX_FILE_DOMAINS)
    throw new UsageError(`${printable(file)} has more than ${MAX_FILE_DOMAINS} domains`)
  return domains
}

/** A signal that SIGINT and SIGTERM set off; a second one ends the process as usual. */
function endBySignal(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM'] as const
  const stop = (): void => {
    for (const name of names) process.off(name, ended)
  }
  const ended = (): void => {
    stop()
    controller.abort(new Error('ended by a signal'))
  }
  for (const name of names) process.on(name, ended)
  return { signal: controller.signal, stop }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(Math.max(ms, 0), undefined, { signal }).catch(() => undefined)
}
