import { SPLIT_LANE } from '../../policy/lanes.js'
import { obstaclesOf } from '../lanes/first-pass.js'
import type { Service } from '../services.js'
import { fail, remark, warn, type Check, type Problem } from './check.js'
import { splitTransport } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { SCHEDULERS, editOf, readersOf, serviceNamed, valueOf, whereIs } from './view.js'

/** Who resolves addresses. */
const RESOLVER = 'trivial-rewrite'

/** Problems of a setting that must be empty for whoever resolves addresses. */
function mustBeEmpty(
  facts: DoctorFacts,
  parameter: string,
  problem: (service: Service | undefined) => Problem,
): readonly Problem[] {
  return readersOf(facts, RESOLVER)
    .filter(service => valueOf(facts, parameter, service) !== '')
    .map(problem)
}

const defaultTransport: Check = {
  id: 'default-transport',
  fine: 'What is not pinned goes to the lane split.',
  look: facts => {
    const wanted = splitTransport(facts.config)
    const parameter = 'default_transport'
    return readersOf(facts, RESOLVER).flatMap(service => {
      const value = valueOf(facts, parameter, service)
      if (value === wanted) return []
      return fail(`External mail leaves by ${value || 'nothing'} without a decision.`, {
        at: [whereIs(facts, parameter, service)],
        remedy: `Set default_transport to ${wanted}, after the lanes are set up.`,
        // Without the lane, mail would have nowhere to go.
        fix:
          serviceNamed(facts, SPLIT_LANE) === undefined
            ? 'setup'
            : [editOf(parameter, wanted, service)],
      })
    })
  },
}

const senderTransports: Check = {
  id: 'sender-transports',
  fine: 'No sender has a transport of its own.',
  look: facts =>
    mustBeEmpty(facts, 'sender_dependent_default_transport_maps', service =>
      fail('Mail of some senders goes past the lane split by a transport of their own.', {
        at: [whereIs(facts, 'sender_dependent_default_transport_maps', service)],
        remedy:
          'Empty sender_dependent_default_transport_maps; a rule with action "hand-over" sends the mail of some senders elsewhere.',
        fix: [editOf('sender_dependent_default_transport_maps', '', service)],
      }),
    ),
}

const senderRelays: Check = {
  id: 'sender-relayhosts',
  fine: 'No sender has a relay host of its own.',
  look: facts =>
    mustBeEmpty(facts, 'sender_dependent_relayhost_maps', service =>
      warn('Some senders have a relay host of their own, which the lane split overrules.', {
        at: [whereIs(facts, 'sender_dependent_relayhost_maps', service)],
        remedy:
          'Empty sender_dependent_relayhost_maps; a rule with action "hand-over" sends the mail of some senders elsewhere.',
        fix: [editOf('sender_dependent_relayhost_maps', '', service)],
      }),
    ),
}

const filterNextHop: Check = {
  id: 'filter-next-hop',
  fine: 'A pinned message goes to the servers of its recipient’s domain.',
  look: facts =>
    readersOf(facts, ...SCHEDULERS).flatMap(service => {
      const parameter = 'default_filter_nexthop'
      if (valueOf(facts, parameter, service) === '') return []
      return fail('Pinned messages go to one fixed server instead of that of their recipient.', {
        at: [whereIs(facts, parameter, service)],
        remedy: 'Empty default_filter_nexthop.',
        fix: [editOf(parameter, '', service)],
      })
    }),
}

const relayhost: Check = {
  id: 'relayhost',
  fine: 'The lanes deliver to the servers of each domain, and no relay host is set.',
  look: facts => {
    if (valueOf(facts, 'relayhost') === '') return []
    return [
      warn(
        'A relay host is set, and the lanes do not use it: they deliver to each domain itself.',
        {
          at: [whereIs(facts, 'relayhost')],
          remedy:
            'Let this machine reach port 25 of other servers, or name the relay as a [[product]] and hand over to it.',
        },
      ),
    ]
  },
}

const deferredLanes: Check = {
  id: 'deferred-transports',
  fine: 'No lane is kept from delivering.',
  look: facts =>
    readersOf(facts, ...SCHEDULERS).flatMap(service => {
      const deferred = valueOf(facts, 'defer_transports', service).split(/[\s,]+/)
      const lanes = deferred.filter(name => /^(?:split|qtls|tls|sealed|hand-over-.*)$/.test(name))
      if (lanes.length === 0) return []
      return warn(`Mail in ${lanes.join(', ')} waits until the queue is flushed by hand.`, {
        at: [whereIs(facts, 'defer_transports', service)],
        remedy: 'Take the lanes out of defer_transports; `postseal pause` stops mail on record.',
      })
    }),
}

const firstPass: Check = {
  id: 'first-pass',
  fine: 'A message that may go as a whole is pinned in the first pass.',
  look: facts => {
    const obstacles = obstaclesOf(facts.postfix)
    if (obstacles.length === 0) return []
    return [
      remark(
        'Copies are made, recipients are mapped, or a content filter looks at mail: every external message takes the way by split.',
        obstacles.map(parameter => whereIs(facts, parameter)),
      ),
    ]
  },
}

/** What could lead a message past the lane split, in main.cf and in the options of trivial-rewrite and qmgr. */
export const ROUTE_CHECKS: readonly Check[] = [
  defaultTransport,
  senderTransports,
  senderRelays,
  filterNextHop,
  relayhost,
  deferredLanes,
  firstPass,
]
