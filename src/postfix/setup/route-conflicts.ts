import { splitTransport } from '../lanes/main-settings.js'
import { conflict, inMain, inMaster, otherServices, valueOf, type Finder } from './look.js'

/** What decides by which transport a message leaves; see `postconf(5)` for each. */
const ROUTES = [
  'default_transport',
  'relayhost',
  'sender_dependent_default_transport_maps',
  'sender_dependent_relayhost_maps',
  'transport_maps',
] as const

const FROM_HERE =
  'If this machine may reach port 25 of other servers itself, empty it and run setup again; list next hops of internal domains in transport_maps.'
const BY_PRODUCT =
  'A server that mail has to go through can be named as a [[product]], to which a rule hands messages over.'

/** External mail goes by the lanes, straight to the servers of each domain. */
export const relayHosts: Finder = look =>
  ['relayhost', 'sender_dependent_relayhost_maps', 'sender_dependent_default_transport_maps']
    .filter(name => valueOf(look, name) !== '')
    .map(name =>
      conflict(
        inMain(look, name),
        `${name} sends external mail to a server of its own choice; the lanes deliver to the servers of each domain.`,
        `${FROM_HERE} ${BY_PRODUCT}`,
      ),
    )

export const defaultTransport: Finder = look => {
  const value = valueOf(look, 'default_transport')
  if (/^smtp:?$/.test(value) || value === splitTransport(look.config)) return []
  return [
    conflict(
      inMain(look, 'default_transport'),
      `default_transport is ${value}, so external mail does not simply leave by smtp(8).`,
      `Set it to smtp if this machine may deliver itself, and run setup again. ${BY_PRODUCT}`,
    ),
  ]
}

/** An empty next hop in a FILTER means the recipient's domain only as long as this is empty. */
export const filterNextHop: Finder = look =>
  valueOf(look, 'default_filter_nexthop') === ''
    ? []
    : [
        conflict(
          inMain(look, 'default_filter_nexthop'),
          'default_filter_nexthop would send every pinned message to one server.',
          'Empty it; give the next hop in each FILTER or content_filter that needs it.',
        ),
      ]

/** A resolver with settings of its own does not hear what main.cf says. */
export const ownResolver: Finder = look =>
  otherServices(look)
    .filter(({ command }) => command === 'trivial-rewrite')
    .flatMap(service =>
      ROUTES.filter(name => service.options.has(name)).map(name =>
        conflict(
          inMaster(look, service),
          `The service has ${name} of its own, so what main.cf says about routes does not count.`,
          `Take the option "-o ${name}=…" out, or write it into main.cf.`,
        ),
      ),
    )
