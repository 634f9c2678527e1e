import { LRUCache } from 'lru-cache'
import type { Backend } from './backend.js'
import { normalDomain } from './domain-name.js'
import type { FreshValue } from './fresh-value.js'
import type { Flags } from './operations/flags.js'
import type { DomainLevel } from './store.js'

export interface LevelCacheOptions {
  readonly backend: Pick<Backend, 'run'>
  /** Tells whether levels have changed. */
  readonly flags: FreshValue<Flags>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Domains that are kept in memory, for each customer apart; the rest is asked for again. */
const MAX_KEPT = 50_000

/** When more domains than this have changed, everything is forgotten. */
const MAX_CHANGED = 5000

/**
 * The levels of the domains that were asked for, as of the revision that was in force a second ago or
 * later; an answer that cannot be had is an error, never an old level.
 */
export class LevelCache {
  readonly #options: LevelCacheOptions
  /** By customer and domain; empty where nothing is known. */
  readonly #kept = new LRUCache<string, readonly DomainLevel[]>({ max: MAX_KEPT })
  readonly #customers = new Set<string>()
  #revision: number | undefined
  #catchingUp: { readonly to: number; readonly done: Promise<void> } | undefined

  constructor(options: LevelCacheOptions) {
    this.#options = options
  }

  /**
   * Levels by domain as spelt in the question. A customer's own goes before that of all, both before
   * one for everything below a parent. Where none of them is in force, the prober's verdict counts.
   */
  async levels(
    customer: string,
    domains: readonly string[],
  ): Promise<ReadonlyMap<string, DomainLevel>> {
    const { levelsRevision } = await this.#options.flags.value()
    if (this.#revision !== levelsRevision) await this.#catchUp(levelsRevision)
    const normal = new Map<string, string>()
    for (const domain of domains) {
      const name = normalDomain(domain)
      if (name !== undefined) normal.set(domain, name)
    }
    const known = await this.#candidates(customer, [...new Set(normal.values())])
    const now = this.#options.now()
    const found = new Map<string, DomainLevel>()
    for (const [domain, name] of normal) {
      const candidates = known.get(name) ?? []
      const level =
        candidates.find(({ until }) => until === undefined || until > now) ?? candidates[0]
      if (level !== undefined) found.set(domain, level)
    }
    return found
  }

  async #candidates(
    customer: string,
    domains: readonly string[],
  ): Promise<ReadonlyMap<string, readonly DomainLevel[]>> {
    const known = new Map<string, readonly DomainLevel[]>()
    const missing: string[] = []
    for (const domain of domains) {
      const kept = this.#kept.get(keyOf(customer, domain))
      if (kept === undefined) missing.push(domain)
      else known.set(domain, kept)
    }
    if (missing.length === 0) return known
    const revision = this.#revision
    const { run } = bound(this.#options.backend)
    for (const one of await run('levelCandidates', { customer, domains: missing })) {
      const candidates = Object.freeze(one.candidates.map(level => Object.freeze(level)))
      known.set(one.domain, candidates)
      // Read before a change that was noticed meanwhile, it might be from before it.
      if (this.#revision !== revision) continue
      this.#customers.add(customer)
      this.#kept.set(keyOf(customer, one.domain), candidates)
    }
    return known
  }

  /** Forgets what has changed; together for all who ask meanwhile. */
  #catchUp(to: number): Promise<void> {
    const running = this.#catchingUp
    if (running !== undefined && running.to >= to) return running.done
    const done = this.#forgetChanged(to).finally(() => {
      if (this.#catchingUp?.done === done) this.#catchingUp = undefined
    })
    this.#catchingUp = { to, done }
    return done
  }

  async #forgetChanged(to: number): Promise<void> {
    const since = this.#revision
    const { run } = bound(this.#options.backend)
    const changed =
      since === undefined || since > to
        ? { revision: to, domains: undefined }
        : await run('changedLevels', { since, limit: MAX_CHANGED })
    if (changed.domains === undefined) this.#kept.clear()
    for (const domain of changed.domains ?? []) {
      for (const customer of this.#customers) this.#kept.delete(keyOf(customer, domain))
    }
    // What is newer than the number that was asked about is told again with the next one.
    this.#revision = to
  }
}

function keyOf(customer: string, domain: string): string {
  return `${customer} ${domain}`
}

function bound(backend: Pick<Backend, 'run'>): Pick<Backend, 'run'> {
  return { run: (name, input) => backend.run(name, input) }
}
