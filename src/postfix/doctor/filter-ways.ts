import { isIP } from 'node:net'
import { addressOf } from '../lanes/names.js'
import { parseList } from '../parameters.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { laneNames, listenersOf, serviceAt, splitTransport } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { isPrivateAddress } from './networks.js'
import { editOf, isLoopback, keyOf, readersOf, serviceNamed, valueOf, whereIs } from './view.js'
import type { Service } from '../services.js'

/** Whether a message stays on this machine, goes to a machine that may be near, or simply leaves. */
export type Way = 'here' | 'near' | 'away'

/**
 * Where `transport:nexthop` of a FILTER or content_filter takes a message. Programs on this machine
 * are trusted to give it back; an empty next hop is each recipient's own domain.
 *
 * Source  access(5), FILTER; postconf(5), content_filter and default_filter_nexthop
 */
export function wayOf(facts: DoctorFacts, target: string): Way {
  if (target === splitTransport(facts.config)) return 'here'
  const colon = target.indexOf(':')
  const name = colon < 0 ? target : target.slice(0, colon)
  if (laneNames(facts.config).includes(name)) return 'away'
  const command = serviceNamed(facts, name)?.command ?? name
  if (command !== 'smtp' && command !== 'lmtp' && isThere(facts, name)) return 'here'
  return serverWay(colon < 0 ? '' : target.slice(colon + 1))
}

function isThere(facts: DoctorFacts, name: string): boolean {
  return serviceNamed(facts, name) !== undefined
}

/**
 * Where a server is: `[10.0.0.7]:10024`, `[filter.example]`, `unix:private/filter`. A name without
 * brackets and port stands for the mail servers of a domain.
 */
export function serverWay(server: string): Way {
  if (server === '') return 'away'
  if (server.startsWith('unix:')) return 'here'
  const host = hostOf(server.replace(/^inet:/, ''))
  if (isLoopback(host)) return 'here'
  if (host === server && isIP(host) === 0) return 'away'
  return isIP(host) === 0 || isPrivateAddress(host) ? 'near' : 'away'
}

function hostOf(server: string): string {
  const inner = /^\[(.*)\](?::\w+)?$/.exec(server)?.[1]
  if (inner !== undefined) return inner
  return server.includes(':') ? addressOf(server).host : server
}

/** The settings that give all mail of a door to a filter, and the programs that read them. */
const FILTERS = [
  ['content_filter', ['smtpd', 'pickup', 'qmqpd']],
  ['smtpd_proxy_filter', ['smtpd']],
] as const

export const filterWays: Check = {
  id: 'filter-ways',
  fine: 'What goes to a content filter stays on this machine.',
  look: facts => {
    const ours = new Set(listenersOf(facts.config).map(({ address }) => serviceAt(facts, address)))
    return FILTERS.flatMap(([parameter, programs]) =>
      programs
        .flatMap(program => readersOf(facts, program))
        // What a listener says of content_filter is looked at by `content-filter`.
        .filter(
          service =>
            service === undefined || !ours.has(service) || parameter === 'smtpd_proxy_filter',
        )
        .flatMap(service => problemsOf(facts, parameter, service)),
    )
  },
}

function problemsOf(
  facts: DoctorFacts,
  parameter: (typeof FILTERS)[number][0],
  service: Service | undefined,
): readonly Problem[] {
  const target = valueOf(facts, parameter, service)
  if (target === '') return []
  const way = parameter === 'content_filter' ? wayOf(facts, target) : proxyWay(target)
  if (way === 'here') return []
  const whose = service === undefined ? 'All mail' : `What comes by ${keyOf(service)}`
  const at = [whereIs(facts, parameter, service)]
  const remedy = `Name a filter on this machine in ${parameter}, or empty it; products belong into [[product]].`
  return [
    way === 'away'
      ? fail(`${whose} leaves by ${parameter} (${target}), past the lane split.`, {
          at,
          remedy,
          fix: [editOf(parameter, '', service)],
        })
      : warn(`${whose} goes to ${target} undecided: nobody here sees whether it comes back.`, {
          at,
          remedy,
        }),
  ]
}

/** A port alone is one of this machine. */
function proxyWay(target: string): Way {
  const [server = ''] = parseList(target)
  return /^:?\d+$/.test(server) ? 'here' : serverWay(server)
}
