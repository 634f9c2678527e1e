import type { LevelInForce, LevelsOfDomain } from '../store/verdicts.js'
import { MANDATORY, NEVER, qualifiedPolicy, type Pin } from './policy.js'

/** The maps for Postfix, by their file names. */
export const MAP_NAMES = ['transport', 'tls_policy', 'qtls_policy'] as const
export type MapName = (typeof MAP_NAMES)[number]

export interface MapEntry {
  readonly key: string
  readonly value: string
}

/** A domain that no entry was made for, and why. */
export interface Refusal {
  readonly domain: string
  readonly reason: string
}

export interface EntryOptions {
  /** The listeners that the lanes fall back to, as next hops: `[127.0.0.1]:10027`. */
  readonly fallbacks: { readonly qtls: string; readonly tls: string }
  readonly pin: Pin
}

/** What one domain has in each map. */
export type DomainEntries = Readonly<Partial<Record<MapName, string>>>

/** A name in lower case A-labels, one for everything below it, or an address in brackets. */
const DOMAIN = /^(?:\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-z:.]+\])$/
const MAX_NAME = 254

/**
 * Makes the entries of the maps from the levels of domains, which come in the order of their names.
 *
 * The maps are one for all customers, and who may use which lane is decided before: so a domain has
 * an entry where it has one for anybody, and of several the strictest counts. A name that would not be
 * read as the name it is makes none: without an entry no certificate can match.
 *
 * Source  transport(5); postconf(5), smtp_tls_policy_maps
 */
export class EntryMaker {
  readonly #options: EntryOptions
  /** Keys such as `.example.org` that have an entry: Postfix asks for them after the name itself. */
  readonly #below: Readonly<Record<MapName, Set<string>>> = {
    transport: new Set(),
    tls_policy: new Set(),
    qtls_policy: new Set(),
  }
  #hasBelow = false

  constructor(options: EntryOptions) {
    this.#options = options
  }

  /** Entries of one domain; `refused` says why it has none that it should have. */
  of({ domain, levels }: LevelsOfDomain): {
    readonly entries: DomainEntries
    readonly refused: string | undefined
  } {
    if (!DOMAIN.test(domain) || domain.length > MAX_NAME) {
      const isWanted = levels.some(({ level }) => level === 'qualified' || level === 'mandatory')
      const refused = isWanted ? 'it is no name that a map can hold' : undefined
      return { entries: {}, refused }
    }
    const { entries, refused } = this.#entriesOf(domain, levels)
    if (domain.startsWith('.')) {
      for (const name of MAP_NAMES) if (entries[name] !== undefined) this.#below[name].add(domain)
      this.#hasBelow = true
      // A parent of it may have an entry that comes later in the order of names.
      return { entries: levels.length === 0 ? entries : { ...APART, ...entries }, refused }
    }
    return { entries: this.#hasBelow ? this.#apart(domain, entries) : entries, refused }
  }

  #entriesOf(domain: string, levels: readonly LevelInForce[]) {
    const none = { entries: {} as DomainEntries, refused: undefined as string | undefined }
    const qualified = levels.filter(({ level }) => level === 'qualified')
    const isMandatory = qualified.length > 0 || levels.some(({ level }) => level === 'mandatory')
    if (!isMandatory) return none
    const hop = levels.find(({ nextHop }) => nextHop !== undefined)?.nextHop ?? ''
    const elsewhere: DomainEntries = {
      ...(hop === '' ? {} : { transport: `:${hop}` }),
      tls_policy: MANDATORY,
    }
    if (qualified.length === 0) return { entries: elsewhere, refused: undefined }
    const policy = qualifiedPolicy(domain, qualified, this.#options.pin)
    if ('reason' in policy) return { entries: elsewhere, refused: policy.reason }
    const entries: DomainEntries = {
      transport: `qtls:${hop}`,
      tls_policy: MANDATORY,
      qtls_policy: policy.value,
    }
    return { entries, refused: undefined }
  }

  /** A domain that an entry for its parent would speak for has one of its own that says otherwise. */
  #apart(domain: string, entries: DomainEntries): DomainEntries {
    const isCovered = (name: MapName): boolean =>
      entries[name] === undefined && parents(domain).some(parent => this.#below[name].has(parent))
    return {
      ...entries,
      ...(isCovered('transport') ? { transport: APART.transport } : {}),
      ...(isCovered('qtls_policy') ? { qtls_policy: APART.qtls_policy } : {}),
    }
  }
}

/** As if there were no table. */
const APART: DomainEntries = { transport: ':', qtls_policy: NEVER }

/** `.b.example`, `.example` of `a.b.example`, as Postfix asks for them. */
export function parents(domain: string): readonly string[] {
  const found: string[] = []
  for (let dot = domain.indexOf('.', 1); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
    found.push(domain.slice(dot))
  }
  return found
}

/**
 * Entries that no domain has under its own name: the listeners, where nothing is encrypted on this
 * machine, and next hops in brackets, which Postfix asks for in place of the domain. Sorted by key.
 */
export function fixedEntries(
  withNextHop: readonly LevelsOfDomain[],
  options: EntryOptions,
): {
  readonly entries: Readonly<Record<MapName, readonly MapEntry[]>>
  readonly refused: readonly Refusal[]
} {
  const { fallbacks } = options
  const tls = new Map([[fallbacks.tls, 'none']])
  const qtls = new Map([[fallbacks.qtls, 'none']])
  const refused: Refusal[] = []
  const maker = new EntryMaker(options)
  for (const { domain, levels } of withNextHop) {
    const { entries } = maker.of({ domain, levels })
    const hop = levels.find(({ nextHop }) => nextHop !== undefined)?.nextHop
    if (hop === undefined) continue
    for (const [map, value] of [
      [tls, entries.tls_policy],
      [qtls, entries.qtls_policy],
    ] as const) {
      if (value === undefined) continue
      const known = map.get(hop)
      if (known === undefined) map.set(hop, value)
      else if (known !== value) {
        refused.push({ domain, reason: `another domain says something else of ${hop}` })
      }
    }
  }
  return {
    entries: { transport: [], tls_policy: sorted(tls), qtls_policy: sorted(qtls) },
    refused,
  }
}

/** By code units, so that the order is the same everywhere. */
function sorted(entries: ReadonlyMap<string, string>): readonly MapEntry[] {
  return [...entries]
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
