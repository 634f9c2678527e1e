import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Says which addresses may be connected to. */
export interface AddressPolicy {
  /** Gives  why not; undefined when it may. */
  readonly objection: (address: string) => string | undefined
}

/**
 * Addresses that no public server has: private and shared networks, loopback, link-local, multicast,
 * documentation, and those by which IPv6 reaches IPv4.
 *
 * Source  IANA's registries of special-purpose addresses (RFC 6890 and its updates)
 */
const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'of this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by a provider'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'for measurements'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/96', 'reserved'],
  ['::ffff:0:0/96', 'an IPv4 address in IPv6'],
  ['64:ff9b::/96', 'an IPv4 address in IPv6'],
  ['64:ff9b:1::/48', 'private'],
  ['100::/64', 'discarded'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', 'an IPv4 address in IPv6'],
  ['3fff::/20', 'for documentation'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
]

/** BlockList finds an IPv4 address in ::ffff:0:0/96 as well, so each kind has lists of its own. */
const SPECIAL_LISTS = SPECIAL.map(([cidr, what]) => ({
  list: listOf([cidr]),
  kind: cidr.includes(':') ? 'ipv6' : 'ipv4',
  what,
}))

export interface AddressPolicyOptions {
  /** Networks that may be connected to whatever they are, such as `127.0.0.0/8`. */
  readonly allowed?: readonly string[]
  /** Addresses of this machine; those of its interfaces where none are given. */
  readonly own?: readonly string[]
}

/**
 * Keeps connections away from what lies behind the gateway: a domain's owner says where its servers
 * are, and must not be able to say "inside".
 *
 * Shape   `allowed` holds networks that `parseNetwork` reads.
 */
export function createAddressPolicy(options: AddressPolicyOptions = {}): AddressPolicy {
  const allowed = listOf(options.allowed ?? [])
  const own = new Set(options.own ?? ownAddresses())
  return Object.freeze({
    objection: (address: string): string | undefined => {
      const family = isIP(address)
      if (family === 0) return 'no address'
      if (address.includes('%')) return 'link-local'
      const kind = family === 4 ? 'ipv4' : 'ipv6'
      if (allowed.check(address, kind)) return undefined
      const special = SPECIAL_LISTS.find(one => one.kind === kind && one.list.check(address, kind))
      if (special !== undefined) return special.what
      return own.has(address) ? 'of this machine' : undefined
    },
  })
}

/**
 * Reads `192.0.2.0/24`, `fd00::/8` or a single address.
 *
 * Gives   undefined when it is no network.
 */
export function parseNetwork(
  text: string,
): { readonly address: string; readonly bits: number } | undefined {
  const [address = '', bits, more] = text.split('/')
  const longest = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : 0
  if (longest === 0 || more !== undefined) return undefined
  if (bits === undefined) return { address, bits: longest }
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > longest) return undefined
  return { address, bits: Number(bits) }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network === undefined) throw new Error(`no network: ${text}`)
    list.addSubnet(network.address, network.bits, isIPv4(network.address) ? 'ipv4' : 'ipv6')
  }
  return list
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(all => (all ?? []).map(one => one.address))
}
