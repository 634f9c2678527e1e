import { SPLIT_LANE } from '../../policy/lanes.js'
import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { nextHopOf } from '../lanes/names.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { laneNames, lanesThere, listenersOf, serviceAt } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { editOf, keyOf, serviceNamed, servicesOf, valueOf, whereIs, whereServed } from './view.js'

const SETUP = 'Run `postseal setup postfix --apply`.'

const present: Check = {
  id: 'lanes',
  fine: 'Every lane is a service of its own in master.cf.',
  look: facts => {
    const file = `${facts.postfix.configDirectory}/master.cf`
    return laneNames(facts.config).flatMap(name => {
      const service = serviceNamed(facts, name)
      if (service === undefined) {
        return fail(`There is no service ${name}: what is pinned to it waits and bounces.`, {
          at: [{ file, service: `${name}/unix` }],
          remedy: SETUP,
          fix: 'setup',
        })
      }
      const off = switchedOff(facts, service)
      if (off !== undefined) {
        return fail(
          `Postfix is told not to offer the service ${name}: what is pinned to it waits.`,
          {
            at: [whereIs(facts, 'master_service_disable')],
            remedy: `Take ${off} out of master_service_disable.`,
          },
        )
      }
      if (service.command === 'smtp') return []
      return fail(`The name ${name} is taken by a service that runs ${service.command}.`, {
        at: [whereServed(facts, service)],
        remedy: 'Give that service another name, then run `postseal setup postfix --apply`.',
      })
    })
  },
}

/** The entry of master_service_disable that keeps a service from being offered: `qtls.unix`, `unix`. */
function switchedOff(facts: DoctorFacts, { name, type }: Service): string | undefined {
  const off = parseList(valueOf(facts, 'master_service_disable'))
  return off.find(one => one === `${name}.${type}` || one === type)
}

const logNames: Check = {
  id: 'lane-log-names',
  fine: 'Each lane logs under its own name, and logs the TLS of each delivery.',
  look: facts =>
    lanesThere(facts).flatMap(lane => {
      const problems: Problem[] = []
      if (!valueOf(facts, 'syslog_name', lane).endsWith(`/${lane.name}`)) {
        problems.push(
          warn(`Lane ${lane.name} does not log under its name: nobody learns why it failed.`, {
            at: [whereIs(facts, 'syslog_name', lane)],
            remedy: `Set syslog_name=postfix/${lane.name} for it.`,
            fix: [
              { service: keyOf(lane), parameter: 'syslog_name', value: `postfix/${lane.name}` },
            ],
          }),
        )
      }
      const level = Number(valueOf(facts, 'smtp_tls_loglevel', lane))
      if (lane.name !== SPLIT_LANE && !(level >= 1)) {
        problems.push(
          warn(`Lane ${lane.name} does not log TLS: no delivery by it is proved.`, {
            at: [whereIs(facts, 'smtp_tls_loglevel', lane)],
            remedy: 'Set smtp_tls_loglevel to 1.',
            fix: [{ parameter: 'smtp_tls_loglevel', value: '1' }],
          }),
        )
      }
      return problems
    }),
}

const fallbacks: Check = {
  id: 'fallbacks',
  fine: 'Each lane hands what it cannot deliver to its own listener, or keeps it.',
  look: facts =>
    lanesThere(facts).flatMap(lane => {
      const listener = listenersOf(facts.config).find(
        one => one.lane === lane.name && lane.name !== SPLIT_LANE,
      )
      const wanted = listener === undefined ? '' : nextHopOf(listener.address)
      const value = valueOf(facts, 'smtp_fallback_relay', lane)
      if (value === wanted) return []
      const details = {
        at: [whereIs(facts, 'smtp_fallback_relay', lane)],
        remedy: `Set smtp_fallback_relay=${wanted} for lane ${lane.name}.`,
        fix: [{ service: keyOf(lane), parameter: 'smtp_fallback_relay', value: wanted }],
      }
      if (value === '') {
        return warn(`What lane ${lane.name} cannot deliver is never decided anew.`, details)
      }
      const other = listenersOf(facts.config).find(({ address }) => nextHopOf(address) === value)
      return other === undefined
        ? fail(
            `What lane ${lane.name} cannot deliver goes to ${value}, without a decision.`,
            details,
          )
        : fail(
            `What lane ${lane.name} cannot deliver goes round by the listener ${other.pass}.`,
            details,
          )
    }),
}

const mainFallback: Check = {
  id: 'fallback-relay',
  fine: 'Internal mail has no fallback relay.',
  look: facts => {
    const ours = new Set(lanesThere(facts))
    const others = servicesOf(facts, 'smtp').filter(service => !ours.has(service))
    return [undefined, ...others].flatMap(service => {
      const parameter = 'smtp_fallback_relay'
      const value = valueOf(facts, parameter, service)
      if (value === '') return []
      return warn(`What cannot be delivered inside goes to ${value}.`, {
        at: [whereIs(facts, parameter, service)],
        remedy: `Empty ${parameter}; the lanes have their own.`,
        fix: [editOf(parameter, '', service)],
      })
    })
  },
}

/** What smtp(8) may change on its way out, and so on the way back to a listener. */
const CHANGES = [
  ['smtp_generic_maps', 'with other addresses'],
  ['smtp_body_checks', 'with another body'],
  ['smtp_mime_header_checks', 'with other headers of parts'],
] as const

/** For the lane split, see SPLIT_CHECKS: nothing else comes by it. */
const unchanged: Check = {
  id: 'fallback-unchanged',
  fine: 'What a lane hands back is the message that was decided on.',
  look: facts =>
    handOvers(facts)
      .filter(({ lane }) => lane.name !== SPLIT_LANE)
      .flatMap(({ lane }) =>
        CHANGES.flatMap(([parameter, how]) => {
          if (valueOf(facts, parameter, lane) === '') return []
          return warn(
            `Lane ${lane.name} hands back ${how}: what was known of the message does not count.`,
            {
              at: [whereIs(facts, parameter, lane)],
              remedy: `Make the change before the milter, such as by canonical_maps, and set ${parameter}= for the lane.`,
            },
          )
        }),
      ),
}

/** Lanes that hand messages to a listener of ours, and to which one. */
export function handOvers(
  facts: DoctorFacts,
): readonly { readonly lane: Service; readonly listener: Service }[] {
  return listenersOf(facts.config).flatMap(({ lane: name, address }) => {
    const lane = serviceNamed(facts, name)
    const listener = serviceAt(facts, address)
    return lane === undefined || listener === undefined ? [] : [{ lane, listener }]
  })
}

/** Final lanes and split as services: there, under their names, leading nowhere else. */
export const LANE_CHECKS: readonly Check[] = [present, logNames, fallbacks, mainFallback, unchanged]
