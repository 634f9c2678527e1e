import { BlockList, isIP } from 'node:net'
import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { domainTables, tableOf } from './domain-lists.js'
import { doorServices, isInside } from './smtpd-view.js'
import type { DoctorFacts } from './facts.js'
import { editOf, isYes, keyOf, readersOf, servicesOf, valueOf, whereIs } from './view.js'

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
export function networksOf(
  facts: DoctorFacts,
  service: Service | undefined,
  parameter = 'mynetworks',
): Networks {
  const networks: Network[] = []
  const others: string[] = []
  for (const item of parseList(valueOf(facts, parameter, service))) {
    const network = parseNetwork(item)
    if (network !== undefined) networks.push(network)
    else if (!item.startsWith('!')) {
      const listed = facts.tables.get(tableOf(item))?.entries?.map(({ key }) => inTable(key))
      if (listed === undefined || listed.includes(undefined)) others.push(item)
      networks.push(...(listed ?? []).flatMap(one => one ?? []))
    }
  }
  return { networks, others }
}

/** A key of a table of networks; what `static:` says holds for every address. */
function inTable(key: string): Network | undefined {
  return parseNetwork(key === '*' ? '0.0.0.0/0' : key)
}

/** The tables and files that lists of networks name. */
export function networkTables(facts: DoctorFacts): readonly string[] {
  return LISTS.flatMap(([parameter, program]) =>
    readersOf(facts, program)
      .flatMap(service => parseList(valueOf(facts, parameter, service)))
      .filter(item => parseNetwork(item) === undefined)
      .flatMap(item => domainTables(item)),
  )
}

/** Lists of clients that are let in by their address, and the programs that read them. */
const LISTS = [
  ['mynetworks', 'smtpd'],
  ['qmqpd_authorized_clients', 'qmqpd'],
  ['smtpd_authorized_xclient_hosts', 'smtpd'],
] as const

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

/** Whether an address is one that no router forwards into the internet, those of this machine among them. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.some(network => networkContains(network, address))
}

function isWithin(inner: Network, outer: Network): boolean {
  return (
    inner.family === outer.family &&
    inner.prefix >= outer.prefix &&
    networkContains(outer, inner.address)
  )
}

/** Public networks above these sizes are rarely one's own. */
const WIDEST: Readonly<Record<Network['family'], number>> = { ipv4: 16, ipv6: 32 }
const WHOLE: Readonly<Record<Network['family'], number>> = { ipv4: 32, ipv6: 128 }
const WIDE: Readonly<Record<Network['family'], number>> = { ipv4: 24, ipv6: 48 }

const trusted: Check = {
  id: 'trusted-networks',
  fine: 'Clients that are trusted by their address are few.',
  look: facts => [
    ...[undefined, ...doorServices(facts)].flatMap(service => widths(facts, 'mynetworks', service)),
    ...servicesOf(facts, 'qmqpd').flatMap(service =>
      widths(facts, 'qmqpd_authorized_clients', service),
    ),
  ],
}

function widths(
  facts: DoctorFacts,
  parameter: 'mynetworks' | 'qmqpd_authorized_clients',
  service: Service | undefined,
): readonly Problem[] {
  return networksOf(facts, service, parameter).networks.flatMap(network => {
    if (PRIVATE.some(one => isWithin(network, one))) return []
    const details = {
      at: [{ ...whereIs(facts, parameter, service), value: network.text }],
      remedy: `Name only the machines in ${parameter} that may send mail without logging in.`,
    }
    const { family, prefix, text } = network
    if (prefix < WIDEST[family]) {
      return fail(`${parameter} trusts ${text}, which nobody owns as a whole.`, details)
    }
    return prefix < WIDE[family] ? warn(`${parameter} trusts ${text}, all of it.`, details) : []
  })
}

/** Settings by which a proxy tells from where a client comes, and the programs that read them. */
const PROXIES = [
  ['smtpd_upstream_proxy_protocol', 'smtpd'],
  ['postscreen_upstream_proxy_protocol', 'postscreen'],
] as const

const claims: Check = {
  id: 'client-claims',
  fine: 'No client tells Postfix that it is another one, or logs in as nobody.',
  look: facts => [
    ...doorServices(facts).flatMap(service => [
      ...byXclient(facts, service),
      ...byAnonymous(facts, service),
    ]),
    ...PROXIES.flatMap(([parameter, program]) =>
      servicesOf(facts, program)
        .filter(service => valueOf(facts, parameter, service) !== '' && !isInside(facts, service))
        .map(service =>
          warn(`Whoever reaches ${keyOf(service)} says himself from which address he comes.`, {
            at: [whereIs(facts, parameter, service)],
            remedy: `See to it that only the proxy reaches it, or empty ${parameter}.`,
          }),
        ),
    ),
  ],
}

/** XCLIENT names an address and a login; a proxy is a machine, not a network. */
function byXclient(facts: DoctorFacts, service: Service): readonly Problem[] {
  const parameter = 'smtpd_authorized_xclient_hosts'
  const wide = networksOf(facts, service, parameter).networks.filter(
    network => network.prefix < WHOLE[network.family] && !isLoopbackNetwork(network),
  )
  return wide.map(({ text }) =>
    fail(`Every client in ${text} can claim any address and any login at ${keyOf(service)}.`, {
      at: [{ ...whereIs(facts, parameter, service), value: text }],
      remedy: `Name the addresses of the proxies in ${parameter}, or empty it.`,
    }),
  )
}

/** A login without a name counts as one. */
function byAnonymous(facts: DoctorFacts, service: Service): readonly Problem[] {
  if (!isYes(valueOf(facts, 'smtpd_sasl_auth_enable', service))) return []
  return ['smtpd_sasl_security_options', 'smtpd_sasl_tls_security_options'].flatMap(parameter => {
    const options = parseList(valueOf(facts, parameter, service))
    if (options.includes('noanonymous')) return []
    return warn(
      `At ${keyOf(service)} clients may log in without a name, where the server lets them.`,
      {
        at: [whereIs(facts, parameter, service)],
        remedy: `Add noanonymous to ${parameter}.`,
        fix: [editOf(parameter, ['noanonymous', ...options].join(', '), service)],
      },
    )
  })
}

/** Whom Postfix trusts by address alone. */
export const NETWORK_CHECKS: readonly Check[] = [trusted, claims]
