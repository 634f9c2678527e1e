import type { LevelInForce } from '../store/verdicts.js'

/** How a server that was looked at is told again when mail is delivered. */
export type Pin = 'names' | 'spki'

/** What the policy of a domain is, or why it has none. */
export type Policy = { readonly value: string } | { readonly reason: string }

/** TLS as in the second row of the requirements; the lane `qtls` narrows the suites further. */
const TLS = 'ciphers=high protocols=>=TLSv1.2'

export const MANDATORY = `encrypt ${TLS}`

/** Where nobody's certificate will do. */
export const NEVER = `secure match=unqualified.invalid ${TLS}`

/** What the certificate must say when the servers of a domain are not known. */
const BY_DOMAIN = 'match=nexthop:dot-nexthop'

/** A server's name has a dot: `nexthop`, `hostname` and `dot-nexthop` mean something else to Postfix. */
const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/
const MAX_NAME = 253
/** More servers than any domain has that a prober could look at. */
const MAX_HOSTS = 100

/** SHA-256 as Postfix prints it. */
const DIGEST = /^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/

/**
 * How the lane `qtls` verifies the servers of a domain. Of several words the strictest counts: the
 * servers that all of them name.
 *
 * `levels` are all qualified, and at least one.
 * Source  postconf(5), smtp_tls_policy_maps
 */
export function qualifiedPolicy(domain: string, levels: readonly LevelInForce[], pin: Pin): Policy {
  if (pin === 'spki' && levels.every(({ spki }) => spki.length > 0)) return byKeys(levels)
  if (levels.every(({ dane }) => dane)) return { value: `dane-only ${TLS}` }
  const named = levels.filter(({ match }) => match.length > 0).map(({ match }) => match)
  const [first, ...others] = named
  if (first === undefined) return byDomain(domain, levels)
  const hosts =
    others.length === 0 ? first : first.filter(host => others.every(match => match.includes(host)))
  if (hosts.length === 0) return { reason: 'its servers are named differently for two customers' }
  if (hosts.length > MAX_HOSTS) return { reason: `it has more than ${MAX_HOSTS} servers` }
  const wrong = hosts.find(host => !HOST.test(host) || host.length > MAX_NAME)
  if (wrong !== undefined) return { reason: 'one of its servers has a name that a map cannot hold' }
  const match = hosts.length === 1 ? hosts[0] : [...hosts].sort().join(':')
  return { value: `secure match=${match} ${TLS}` }
}

/** The keys that the prober saw; a server with another one is not the one that was looked at. */
function byKeys(levels: readonly LevelInForce[]): Policy {
  const [first, ...others] = levels.map(({ spki }) => spki)
  const keys = (first ?? []).filter(key => others.every(spki => spki.includes(key)))
  if (keys.length === 0) return { reason: 'its servers had different keys for two customers' }
  if (keys.length > MAX_HOSTS) return { reason: `it has more than ${MAX_HOSTS} keys` }
  if (!keys.every(key => DIGEST.test(key))) return { reason: 'one of its keys has no digest' }
  return { value: `fingerprint match=${[...keys].sort().join('|')} ${TLS}` }
}

/** An administrator may vouch for a domain whose servers have its own name. */
function byDomain(domain: string, levels: readonly LevelInForce[]): Policy {
  if (domain.startsWith('[')) return { reason: 'an address needs the names of its servers' }
  if (levels.some(({ by }) => by === 'prober')) return { reason: 'none of its servers is named' }
  return { value: `secure ${BY_DOMAIN} ${TLS}` }
}
