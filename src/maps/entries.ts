import type { LevelEntry } from '../store/admin.js'

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

export interface Maps {
  /** Sorted by key. */
  readonly entries: Readonly<Record<MapName, readonly MapEntry[]>>
  readonly refused: readonly Refusal[]
}

export interface EntryOptions {
  /** Epoch milliseconds. */
  readonly now: number
  /** The listeners that the lanes fall back to, as next hops: `[127.0.0.1]:10027`. */
  readonly fallbacks: { readonly qtls: string; readonly tls: string }
}

/**
 * Makes the entries of the maps from the levels of domains.
 *
 * The maps are one for all customers, and who may use which lane is decided before: so a domain has
 * an entry where it has one for anybody, and of several the strictest counts. A level whose time is
 * over makes no entry. A name that would not be read as the name it is makes none either: without an
 * entry no certificate can match.
 *
 * Source  transport(5); postconf(5), smtp_tls_policy_maps
 */
export function mapEntries(levels: Iterable<LevelEntry>, options: EntryOptions): Maps {
  const { now, fallbacks } = options
  const domains = new Map<string, LevelEntry[]>()
  for (const level of levels) {
    if (level.until !== undefined && level.until <= now) continue
    if (level.level !== 'qualified' && level.level !== 'mandatory') continue
    const others = domains.get(level.domain)
    if (others === undefined) domains.set(level.domain, [level])
    else others.push(level)
  }
  const refused: Refusal[] = []
  const transport: MapEntry[] = []
  const tlsPolicy: MapEntry[] = [{ key: fallbacks.tls, value: 'none' }]
  const qtlsPolicy: MapEntry[] = [{ key: fallbacks.qtls, value: 'none' }]
  for (const [domain, all] of domains) {
    if (!DOMAIN.test(domain) || domain.length > MAX_NAME) {
      refused.push({ domain, reason: 'it is no name that a map can hold' })
      continue
    }
    tlsPolicy.push({ key: domain, value: MANDATORY })
    const qualified = all.filter(({ level }) => level === 'qualified')
    if (qualified.length === 0) continue
    const policy = qualifiedPolicy(qualified)
    if ('reason' in policy) {
      refused.push({ domain, reason: policy.reason })
      continue
    }
    transport.push({ key: domain, value: 'qtls:' })
    qtlsPolicy.push({ key: domain, value: policy.value })
  }
  const entries = {
    transport: sorted(transport),
    tls_policy: sorted(tlsPolicy),
    qtls_policy: sorted(qtlsPolicy),
  }
  return { entries, refused }
}

const TLS = 'ciphers=high protocols=>=TLSv1.2'
const MANDATORY = `encrypt ${TLS}`

/** A name in lower case A-labels, or an address in brackets. */
const DOMAIN = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-z:.]+\])$/
/** A server's name has a dot: `nexthop`, `hostname` and `dot-nexthop` mean something else to Postfix. */
const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/
const MAX_NAME = 253
/** More servers than any domain has that a prober could look at. */
const MAX_HOSTS = 100

/** What the certificate must say when the servers of a domain are not known. */
const BY_DOMAIN = 'match=nexthop:dot-nexthop'

function qualifiedPolicy(
  levels: readonly LevelEntry[],
): { readonly value: string } | { readonly reason: string } {
  if (levels.every(({ dane }) => dane)) return { value: `dane-only ${TLS}` }
  const named = levels.filter(({ match }) => match.length > 0).map(({ match }) => match)
  const [first, ...others] = named
  const domain = levels[0]?.domain ?? ''
  if (first === undefined) {
    if (domain.startsWith('[')) return { reason: 'an address needs the names of its servers' }
    return { value: `secure ${BY_DOMAIN} ${TLS}` }
  }
  const hosts = first.filter(host => others.every(match => match.includes(host)))
  if (hosts.length === 0) return { reason: 'its servers are named differently for two customers' }
  if (hosts.length > MAX_HOSTS) return { reason: `it has more than ${MAX_HOSTS} servers` }
  const wrong = hosts.find(host => !HOST.test(host) || host.length > MAX_NAME)
  if (wrong !== undefined) return { reason: 'one of its servers has a name that a map cannot hold' }
  return { value: `secure match=${[...hosts].sort().join(':')} ${TLS}` }
}

/** By code units, so that the order is the same everywhere. */
function sorted(entries: readonly MapEntry[]): readonly MapEntry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}
