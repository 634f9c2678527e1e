import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

export type Matcher<Value> = (value: Value) => boolean

const ANY: Matcher<unknown> = () => true

/**
 * Matches addresses against `anna@example.org`, `@example.org` (everybody there) and
 * `@.example.org` (everybody in its subdomains). No list matches everything.
 */
export function addressMatcher(list: readonly string[] | undefined): Matcher<string> {
  if (list === undefined) return ANY
  const whole = new Set(list.filter(entry => !entry.startsWith('@')).map(normalAddress))
  const domain = domainMatcher(
    list.filter(entry => entry.startsWith('@')).map(entry => entry.slice(1)),
  )
  return address => {
    const normal = normalAddress(address)
    return (
      whole.has(normal) ||
      (normal.includes('@') && domain(normal.slice(normal.lastIndexOf('@') + 1)))
    )
  }
}

/** Matches domains against `example.org` and `.example.org` (its subdomains). No list matches everything. */
export function domainMatcher(list: readonly string[] | undefined): Matcher<string> {
  if (list === undefined) return ANY
  const whole = new Set(list.filter(entry => !entry.startsWith('.')).map(normalDomain))
  const parents = list
    .filter(entry => entry.startsWith('.'))
    .map(entry => `.${normalDomain(entry.slice(1))}`)
  return domain => {
    const normal = normalDomain(domain)
    return whole.has(normal) || parents.some(parent => normal.endsWith(parent))
  }
}

/** Matches client addresses against addresses and networks (`192.0.2.0/24`). No list matches everything. */
export function networkMatcher(list: readonly string[] | undefined): Matcher<string | undefined> {
  if (list === undefined) return ANY
  const networks = new BlockList()
  for (const entry of list) {
    const { address, prefix, family } = parseNetwork(entry)
    networks.addSubnet(address, prefix, family)
  }
  return client => {
    const family = isIP(client ?? '')
    return (
      client !== undefined && family !== 0 && networks.check(client, family === 4 ? 'ipv4' : 'ipv6')
    )
  }
}

/** Whether `entry` is an address or a network in CIDR form. */
export function isNetwork(entry: string): boolean {
  const { address, prefix, family } = parseNetwork(entry)
  return isIP(address) !== 0 && prefix >= 0 && prefix <= (family === 'ipv4' ? 32 : 128)
}

/** Lower case A-labels without a final dot; the text itself where it is no valid domain name. */
export function normalDomain(domain: string): string {
  const lower = domain.toLowerCase().replace(/\.$/, '')
  return OF_URLS.test(lower) ? lower : domainToASCII(lower) || lower
}

/** Where a URL's host ends or has escapes: the conversion would read `a.example#.b.example` as `a.example`. */
const OF_URLS = /[\u0000-\u0020#%/:?@\\]/

function normalAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0
    ? address.toLowerCase()
    : `${address.slice(0, at).toLowerCase()}@${normalDomain(address.slice(at + 1))}`
}

function parseNetwork(entry: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } {
  const slash = entry.indexOf('/')
  const address = slash < 0 ? entry : entry.slice(0, slash)
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  const width = family === 'ipv4' ? 32 : 128
  const digits = slash < 0 ? String(width) : entry.slice(slash + 1)
  return { address, family, prefix: /^\d{1,3}$/.test(digits) ? Number(digits) : -1 }
}
