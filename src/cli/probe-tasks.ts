import type { DomainStore, DueDomain } from '../store/verdicts.js'
import type { Task } from '../qtls/probe-run.js'

export interface TaskOptions {
  readonly store: Pick<
    DomainStore,
    'takeDue' | 'takeNamed' | 'verdictOf' | 'knownDomains' | 'learnDomains'
  >
  /** Names this process in the store. */
  readonly owner: string
  readonly leaseMs: number
  /** Domains that are taken at a time. */
  readonly batch: number
  readonly now: () => number
  /** Domains that this process holds: filled here, emptied by whoever is done with one. */
  readonly held: Set<string>
  /** Called for each domain that is left out because another process is at it. */
  readonly onLeftOut: (domain: string) => void
}

/** Domains that a person names, without a store to share them through. */
export async function* plainTasks(domains: Iterable<string>): AsyncGenerator<Task> {
  for (const domain of domains) yield { domain, tries: 0 }
}

/**
 * Domains that a person names. With `resume` those are left out whose verdict still holds, and those
 * that another process is at, each of which is named.
 */
export async function* namedTasks(
  domains: Iterable<string>,
  resume: boolean,
  options: TaskOptions,
): AsyncGenerator<Task> {
  const { store, owner, leaseMs, batch, now, held, onLeftOut } = options
  for (const part of inParts(domains, batch)) {
    const wanted: string[] = []
    for (const domain of part) {
      const known = resume ? await store.verdictOf(domain) : undefined
      if (known === undefined || known.until <= now()) wanted.push(domain)
    }
    const taken = await store.takeNamed({ domains: wanted, owner, leaseMs })
    const others = new Set(wanted)
    for (const { domain } of taken) others.delete(domain)
    if (resume) for (const domain of others) onLeftOut(domain)
    yield* tasksOf(taken, held)
    if (!resume) yield* plainTasks(others)
  }
}

/** Domains whose time has come, those first that a message waits for; ends when there is none. */
export async function* dueTasks(options: TaskOptions): AsyncGenerator<Task> {
  const { store, owner, leaseMs, batch: limit, held } = options
  await store.learnDomains()
  for (;;) {
    const asked = await store.takeDue({ kind: 'asked', owner, limit, leaseMs })
    yield* tasksOf(asked, held)
    if (asked.length > 0) continue
    const due = await store.takeDue({ kind: 'due', owner, limit, leaseMs })
    if (due.length === 0) return
    yield* tasksOf(due, held)
  }
}

/** Every domain that is known, due or not. */
export async function* knownTasks(options: TaskOptions): AsyncGenerator<Task> {
  const begun = options.now()
  yield* dueTasks(options)
  for await (const { domain, probedAt } of options.store.knownDomains())
    if (probedAt === undefined || probedAt < begun) yield { domain, tries: 0 }
}

/** All of them are held from the first one on, whether or not anybody gets to the last. */
function tasksOf(taken: readonly DueDomain[], held: Set<string>): readonly Task[] {
  for (const { domain } of taken) held.add(domain)
  return taken.map(({ domain, tries }) => ({ domain, tries }))
}

function* inParts(domains: Iterable<string>, size: number): Generator<readonly string[]> {
  let part: string[] = []
  for (const domain of domains) {
    part.push(domain)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}
