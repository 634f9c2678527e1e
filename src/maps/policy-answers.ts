import { LRUCache } from 'lru-cache'
import { FreshValue } from '../store/fresh-value.js'
import { normalDomain } from '../store/domain-name.js'
import type { DomainStore, LevelsOfDomain } from '../store/verdicts.js'
import {
  EntryMaker,
  fixedEntries,
  MAP_NAMES,
  type DomainEntries,
  type EntryOptions,
  type MapEntry,
  type MapName,
} from './entries.js'

export interface PolicyAnswersOptions extends EntryOptions {
  readonly store: Pick<DomainStore, 'policyLevels' | 'changedSince' | 'levelsWithNextHop'> & {
    levelsRevision(): Promise<number>
    requestProbe(domain: string, why: string): Promise<void>
  }
  /** Digest of the rules whose verdicts count. */
  readonly rules: string
  /** Domains whose mail never leaves: nothing is known of them, and nothing is asked. */
  readonly isInternal: (domain: string) => boolean
  /** Longest that mail for a domain is held up because it could not be tested, in milliseconds. */
  readonly waitLimitMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Keys that are kept in memory. */
const MAX_KEPT = 100_000
/** When more domains than this have changed, everything is forgotten. */
const MAX_CHANGED = 5000

/** Tries of the prober that found nothing out, the last some hours after the first. */
const MAX_TRIES = 5
/** Whether a domain can still not be tested is looked at again after so long. */
const UNTESTED_MS = 60_000

interface Kept {
  readonly entries: DomainEntries
  /** Mail waits: the domain has not been tested, and may yet be. */
  readonly waits: boolean
  readonly until: number
}

/**
 * Answers what Postfix asks the maps, of the levels that were in force a second ago or later.
 *
 * Shape   `OK VALUE`, `NOTFOUND `, or `TEMP WHY`: while a domain has not been tested, it has no policy
 *         and Postfix tries again later; one that cannot be tested is without an entry after a limit
 * Source  socketmap_table(5), transport(5), postconf(5) smtp_tls_policy_maps
 */
export class PolicyAnswers {
  readonly #options: PolicyAnswersOptions
  readonly #revisions: FreshValue<number>
  readonly #kept = new LRUCache<string, Kept>({ max: MAX_KEPT })
  #fixed: Promise<Readonly<Record<MapName, readonly MapEntry[]>>> | undefined
  #revision: number | undefined
  #catchingUp: Promise<void> | undefined

  constructor(options: PolicyAnswersOptions) {
    this.#options = options
    this.#revisions = new FreshValue({
      read: () => options.store.levelsRevision(),
      now: () => performance.now(),
    })
  }

  /** Throws what the store throws. */
  async answer(request: string): Promise<string> {
    const blank = request.indexOf(' ')
    const name = request.slice(0, Math.max(0, blank))
    const map = MAP_NAMES.find(known => known === name)
    if (map === undefined) return 'PERM there is no such map'
    const revision = await this.#revisions.value()
    if (revision !== this.#revision) await this.#catchUp(revision)
    const key = request.slice(blank + 1).toLowerCase()
    if (key.startsWith('[')) return this.#ofNextHop(map, key)
    return this.#ofDomain(map, key)
  }

  async #ofDomain(map: MapName, key: string): Promise<string> {
    const isBelow = key.startsWith('.')
    const domain = normalDomain(isBelow ? key.slice(1) : key)
    // An address, `*`, the name of a map's own: nothing that a domain could be called.
    if (domain === undefined || domain.length + Number(isBelow) !== key.length) return NOTHING
    const kept = this.#keptFor(key) ?? (await this.#read(key))
    const value = kept.entries[map]
    if (value !== undefined) return `OK ${value}`
    // The way of a message is asked for when it comes in, also of those who never need an answer.
    return kept.waits && !isBelow && map !== 'transport' ? UNTESTED : NOTHING
  }

  async #ofNextHop(map: MapName, key: string): Promise<string> {
    this.#fixed ??= this.#readFixed()
    const fixed = (await this.#fixed)[map].find(entry => entry.key === key)
    if (fixed !== undefined) return `OK ${fixed.value}`
    return normalDomain(key) === key ? this.#ofDomain(map, key) : NOTHING
  }

  async #readFixed(): Promise<Readonly<Record<MapName, readonly MapEntry[]>>> {
    try {
      const { store } = this.#options
      return fixedEntries(await store.levelsWithNextHop(), this.#options).entries
    } catch (thrown) {
      this.#fixed = undefined
      throw thrown
    }
  }

  #keptFor(key: string): Kept | undefined {
    const kept = this.#kept.get(key)
    return kept === undefined || kept.until <= this.#options.now() ? undefined : kept
  }

  async #read(key: string): Promise<Kept> {
    const { store, isInternal, rules } = this.#options
    const revision = this.#revision
    const { below, own, until, tries, since } = await store.policyLevels(key, rules)
    const entries = entriesFrom(below, own, this.#options)
    const isKnown = [...below, own].some(({ levels }) =>
      levels.some(({ level }) => level !== 'undetermined'),
    )
    const isUntested = !isKnown && !/^[.[]/.test(key) && !isInternal(key)
    if (isUntested) await store.requestProbe(key, 'Postfix asks for its policy')
    const now = this.#options.now()
    const isGivenUp = tries >= MAX_TRIES || now - (since ?? now) >= this.#options.waitLimitMs
    const kept = {
      entries,
      waits: isUntested && !isGivenUp,
      until: Math.min(until ?? Infinity, isUntested ? now + UNTESTED_MS : Infinity),
    }
    // Read before a change that was noticed meanwhile, it might be from before it.
    if (this.#revision === revision) this.#kept.set(key, kept)
    return kept
  }

  #catchUp(to: number): Promise<void> {
    this.#catchingUp ??= this.#forgetChanged(to).finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  async #forgetChanged(to: number): Promise<void> {
    const since = this.#revision
    const { store } = this.#options
    const changed =
      since === undefined || since > to ? undefined : await store.changedSince(since, MAX_CHANGED)
    if (changed === undefined) this.#kept.clear()
    for (const domain of changed ?? []) this.#kept.delete(domain)
    this.#fixed = undefined
    this.#revision = to
  }
}

/** The entries of a name; where it has none of its own, those of the nearest parent's subdomains. */
function entriesFrom(
  below: readonly LevelsOfDomain[],
  own: LevelsOfDomain,
  options: EntryOptions,
): DomainEntries {
  const maker = new EntryMaker(options)
  let nearest: DomainEntries = {}
  for (const parent of below) {
    const { entries } = maker.of(parent)
    nearest = { ...nearest, ...entries }
  }
  return own.levels.length === 0 ? nearest : maker.of(own).entries
}

const NOTHING = 'NOTFOUND '
const UNTESTED = 'TEMP the domain has not been tested yet'
