import { BlockList, isIP } from 'node:net'
import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { doorServices } from './smtpd-view.js'
import type { DoctorFacts } from './facts.js'
import { valueOf, whereIs } from './view.js'

export interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
  /** As the setting has it. */
  readonly text: string
}

export interface Networks {
  readonly networks: readonly Network[]
  /** What is no address: names of tables and files. */
  readonly others: readonly string[]
}

/**
 * The clients that a service trusts by their address.
 *
 * Source  postconf(5), mynetworks: `192.0.2.0/24`, `[2001:db8::]/32`, files and tables
 */
export function networksOf(facts: DoctorFacts, service: Service | undefined): Networks {
  const networks: Network[] = []
  const others: string[] = []
  for (const item of parseList(valueOf(facts, 'mynetworks', service))) {
    const network = parseNetwork(item)
    if (network !== undefined) networks.push(network)
    else if (!item.startsWith('!')) others.push(item)
  }
  return { networks, others }
}

function parseNetwork(item: string): Network | undefined {
  const [, address = '', digits] = /^\[?([0-9A-Fa-f:.]+)\]?(?:\/(\d{1,3}))?$/.exec(item) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const width = version === 4 ? 32 : 128
  const prefix = digits === undefined ? width : Number(digits)
  if (prefix > width) return undefined
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6', text: item }
}

/** Whether an address lies in a network. */
export function networkContains(network: Network, address: string): boolean {
  const version = isIP(address)
  if (version === 0) return false
  return blockOf([network]).check(address, version === 4 ? 'ipv4' : 'ipv6')
}

function blockOf(networks: readonly Network[]): BlockList {
  const block = new BlockList()
  for (const { address, prefix, family } of networks) block.addSubnet(address, prefix, family)
  return block
}

const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', prefix: 8, family: 'ipv4', text: '127.0.0.0/8' },
  { address: '::1', prefix: 128, family: 'ipv6', text: '[::1]/128' },
  { address: '::ffff:127.0.0.0', prefix: 104, family: 'ipv6', text: '[::ffff:127.0.0.0]/104' },
]

/** Whether a network has no address but those of this machine. */
export function isLoopbackNetwork(network: Network): boolean {
  return LOOPBACK.some(own => isWithin(network, own))
}

/** Networks that no router forwards into the internet (RFC 1918, 4193, 3927, 4291, 6598). */
const PRIVATE: readonly Network[] = [
  ...LOOPBACK,
  ...'10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 fc00::/7 fe80::/10'
    .split(' ')
    .flatMap(text => parseNetwork(text) ?? []),
]

function isWithin(inner: Network, outer: Network): boolean {
  return (
    inner.family === outer.family &&
    inner.prefix >= outer.prefix &&
    networkContains(outer, inner.address)
  )
}

/** Public networks above these sizes are rarely one's own. */
const WIDEST: Readonly<Record<Network['family'], number>> = { ipv4: 16, ipv6: 32 }
const WIDE: Readonly<Record<Network['family'], number>> = { ipv4: 24, ipv6: 48 }

const trusted: Check = {
  id: 'trusted-networks',
  fine: 'Clients that are trusted by their address are few.',
  look: facts => [undefined, ...doorServices(facts)].flatMap(service => widths(facts, service)),
}

function widths(facts: DoctorFacts, service: Service | undefined): readonly Problem[] {
  return networksOf(facts, service).networks.flatMap(network => {
    if (PRIVATE.some(one => isWithin(network, one))) return []
    const details = {
      at: [{ ...whereIs(facts, 'mynetworks', service), value: network.text }],
      remedy: 'Name only the machines in mynetworks that may send mail without logging in.',
    }
    const { family, prefix, text } = network
    if (prefix < WIDEST[family]) {
      return fail(`mynetworks trusts ${text}, which nobody owns as a whole.`, details)
    }
    return prefix < WIDE[family] ? warn(`mynetworks trusts ${text}, all of it.`, details) : []
  })
}

/** Whom Postfix trusts by address alone. */
export const NETWORK_CHECKS: readonly Check[] = [trusted]
