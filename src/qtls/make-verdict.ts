import type {
  Confirmation as StoredConfirmation,
  DomainStore,
  VerdictChange,
} from '../store/verdicts.js'
import { asTested } from './as-tested.js'
import type { DomainFacts } from './facts.js'
import { judge } from './judge.js'
import { mergeWithEarlier, type Alarm } from './merge-verdicts.js'
import { nextProbe } from './next-probe.js'
import type { Prober } from './prober.js'
import type { Confirmation } from './secure-binding.js'
import type { DomainVerdict } from './verdict-model.js'
import type { VerdictRules } from './verdict-rules.js'

export interface VerdictMakerOptions {
  readonly prober: Pick<Prober, 'probe'>
  /** The rules that are in force now. */
  readonly rules: () => VerdictRules
  /** Where facts and verdict are kept; undefined: nowhere. */
  readonly store:
    Pick<DomainStore, 'earlierFacts' | 'saveVerdict' | 'listConfirmations'> | undefined
  readonly now: () => number
}

export interface MadeVerdict {
  readonly facts: DomainFacts
  /** The one that is in force now. */
  readonly verdict: DomainVerdict
  /** What the domain has lost. */
  readonly alarms: readonly Alarm[]
  /** The earlier verdict still stands, since nothing new could be found out. */
  readonly isEarlier: boolean
  readonly dueAt: number
  /** What became of it in the store. */
  readonly change: VerdictChange | undefined
}

/** What administrators have confirmed is read again after so long. */
const CONFIRMATIONS_MS = 10_000

/** The whole way of a domain: facts, verdict, what holds of the one before, and the store. */
export class VerdictMaker {
  readonly #options: VerdictMakerOptions
  #confirmations: readonly StoredConfirmation[] = []
  #confirmationsAt = -Infinity

  constructor(options: VerdictMakerOptions) {
    this.#options = options
  }

  /**
   * Shape   `tries` in a row that found nothing out before
   * Throws  what the store throws, and what `signal` is aborted with; a server's trouble is a verdict
   */
  async make(domain: string, signal: AbortSignal, tries = 0): Promise<MadeVerdict> {
    const { prober, store, now } = this.#options
    const earlier = asFacts(await store?.earlierFacts(domain))
    const facts = await prober.probe(domain, signal, earlier)
    const confirmations = await this.#confirmed()
    const { profile, bindings, digest } = this.#options.rules()
    const judged = (one: DomainFacts): DomainVerdict =>
      judge(one, profile, now(), {
        bindings,
        confirmation: confirmationOf(one, confirmations),
      })
    const latest = judged(facts)
    const before = earlier === undefined ? undefined : judged(earlier)
    const { verdict, alarms, isEarlier } = mergeWithEarlier(before, latest, now(), {
      asTested: () => judged(asTested(facts, now())),
    })
    const { probedAt } = facts
    const dueAt = isEarlier
      ? nextProbe({ level: 'undetermined', until: 0 }, probedAt, tries)
      : nextProbe(verdict, probedAt, tries)
    // To the store a try that leaves the earlier verdict in force has found nothing out.
    const kept = isEarlier ? { ...verdict, level: 'undetermined' as const } : verdict
    const change = await store?.saveVerdict({
      verdict: kept,
      rules: digest,
      facts,
      probedAt,
      dueAt,
    })
    return Object.freeze({ facts, verdict, alarms, isEarlier, dueAt, change })
  }

  async #confirmed(): Promise<readonly StoredConfirmation[]> {
    const { store, now } = this.#options
    if (store === undefined || now() - this.#confirmationsAt < CONFIRMATIONS_MS)
      return this.#confirmations
    this.#confirmationsAt = now()
    this.#confirmations = await store.listConfirmations()
    return this.#confirmations
  }
}

/** What administrators have said of the servers of a domain. */
export function confirmationOf(
  { domain, hosts }: Pick<DomainFacts, 'domain' | 'hosts'>,
  confirmations: readonly StoredConfirmation[],
): Confirmation | undefined {
  const names = hosts.map(({ host }) => host)
  const valid = confirmations.filter(({ kind, pattern }) =>
    kind === 'domain'
      ? fits(domain, pattern)
      : names.length > 0 && names.every(name => fits(name, pattern)),
  )
  const [first] = valid
  return first && { by: first.by, reason: first.reason, hosts: names }
}

function fits(name: string, pattern: string): boolean {
  return pattern.startsWith('.') ? name.endsWith(pattern) : name === pattern
}

/** Facts as they were saved; those of another form are as good as none. */
export function asFacts(stored: unknown): DomainFacts | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const isWhole = ['domain', 'probedAt', 'mx', 'sts', 'hosts', 'cut'].every(name => name in stored)
  return isWhole ? (stored as DomainFacts) : undefined
}
