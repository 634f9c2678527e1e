import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { VerdictMaker } from '../qtls/make-verdict.js'
import { runProbes, type Task, type TaskResult } from '../qtls/probe-run.js'
import type { DomainStore, DueKind } from '../store/verdicts.js'
import { every, type Loop } from './every.js'

/** Longer than a batch of slow domains takes; a process that dies holds them no longer. */
const LEASE_MS = 15 * 60_000

/** A message waits for the first ones, so they are looked for all the time. */
const ASK_EVERY_MS: Readonly<Record<DueKind, number>> = { asked: 500, due: 10_000 }

const LEARN_EVERY_MS = 60_000
/** After trouble with the resolver or the store. */
const AGAIN_MS = 10_000

export interface ProbingOptions {
  readonly maker: Pick<VerdictMaker, 'make'>
  readonly store: Pick<DomainStore, 'takeDue' | 'giveBack' | 'learnDomains'>
  /** Rejects as long as the resolver cannot be believed: nothing is looked at until it can. */
  readonly checkResolver: (signal: AbortSignal) => Promise<void>
  /** Names this process in the store. */
  readonly owner: string
  /** Domains that are looked at at the same time, half of them for messages that wait. */
  readonly concurrency: number
  readonly log: Log
}

/**
 * Looks at domains as long as the daemon runs: at once at those that a message waits for, and at
 * others when their time has come. Several daemons share the work through the store.
 */
export function startProbing(options: ProbingOptions): Loop {
  const { log, concurrency, store } = options
  const half = Math.max(1, Math.floor(concurrency / 2))
  const loops = [
    every(AGAIN_MS, 'looking at domains that mail waits for', log, signal =>
      probeOne('asked', half, options, signal),
    ),
    every(AGAIN_MS, 'looking at domains that are due', log, signal =>
      probeOne('due', Math.max(1, concurrency - half), options, signal),
    ),
    every(LEARN_EVERY_MS, 'learning domains from mail', log, async () => {
      await store.learnDomains()
    }),
  ]
  return { stop: async () => void (await Promise.all(loops.map(loop => loop.stop()))) }
}

/** Until `signal` says so. */
async function probeOne(
  kind: DueKind,
  concurrency: number,
  options: ProbingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { maker, store, owner, checkResolver, log } = options
  await checkResolver(signal)
  const held = new Set<string>()
  async function* tasks(): AsyncGenerator<Task> {
    while (!signal.aborted) {
      const due = await store.takeDue({ kind, owner, limit: concurrency, leaseMs: LEASE_MS })
      for (const { domain, tries } of due) {
        held.add(domain)
        yield { domain, tries }
      }
      if (due.length === 0) await pause(ASK_EVERY_MS[kind], signal)
    }
  }
  const onResult = (result: TaskResult): void => {
    held.delete(result.domain)
    say(result, kind, log)
  }
  try {
    await runProbes(tasks(), { maker, concurrency, onResult }, signal)
  } finally {
    // Another process need not wait for the leases to run out.
    if (held.size > 0) await store.giveBack(owner, [...held])
  }
}

function say(result: TaskResult, kind: DueKind, log: Log): void {
  const { domain } = result
  if ('error' in result) {
    log.error('a domain could not be looked at', { domain, reason: result.error })
    return
  }
  const { verdict, alarms, change } = result.made
  for (const { what, host } of alarms) {
    const event = what === 'dane_lost' ? 'DANE disappeared' : 'STARTTLS disappeared'
    log.error(event, { domain, ...(host === undefined ? {} : { address: host }) })
  }
  if (kind === 'due' && change?.changed !== true) return
  log.info('a domain was looked at', {
    domain,
    level: verdict.level,
    reason: verdict.reasons
      .slice(0, 3)
      .map(({ code }) => code)
      .join(' '),
  })
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch((thrown: unknown) => {
    if (!signal.aborted) throw new Error(reasonOf(thrown))
  })
}
