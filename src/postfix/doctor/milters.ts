import { parseList } from '../parameters.js'
import type { Service } from '../services.js'
import { fail, remark, type Check, type Edit } from './check.js'
import { listenersOf, serviceAt } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { ourMilter } from './our-milter.js'
import { doorServices, isInside } from './smtpd-view.js'
import { keyOf, serviceNamed, servicesOf, valueOf, whereIs } from './view.js'

const SETUP = 'Run `postseal setup postfix --apply`, which puts the milter into its place.'

const atDoors: Check = {
  id: 'milter-smtpd',
  fine: 'Every smtpd that takes mail asks the milter.',
  look: facts =>
    doorServices(facts).flatMap(service => {
      if (ourMilter(facts, valueOf(facts, 'smtpd_milters', service)) !== undefined) return []
      const at = [whereIs(facts, 'smtpd_milters', service)]
      const remarked = whyEnough(facts, service)
      if (remarked !== undefined) return [remark(`${keyOf(service)} ${remarked}`, at)]
      return [
        fail(`${keyOf(service)} takes mail without asking the milter.`, {
          at,
          remedy: SETUP,
          fix: 'setup',
        }),
      ]
    }),
}

/** Why a door may do without the milter, in words that go on after its name. */
function whyEnough(facts: DoctorFacts, service: Service): string | undefined {
  if (isInside(facts, service)) {
    // What comes back from a content filter was seen before, and split decides on it again.
    return 'does not ask the milter: mail from there is decided at split, as from nobody unless it was seen before.'
  }
  if (valueOf(facts, 'content_filter', service) === '') return undefined
  const behind = doorServices(facts).find(
    door =>
      isInside(facts, door) &&
      ourMilter(facts, valueOf(facts, 'smtpd_milters', door)) !== undefined,
  )
  return (
    behind && `gives mail to the content filter first; the milter is asked at ${keyOf(behind)}.`
  )
}

const atListeners: Check = {
  id: 'milter-listeners',
  fine: 'Every listener of the lanes asks the milter.',
  look: facts =>
    listenersOf(facts.config).flatMap(({ pass, address }) => {
      const service = serviceAt(facts, address)
      if (service === undefined) return []
      if (ourMilter(facts, valueOf(facts, 'smtpd_milters', service)) !== undefined) return []
      return fail(`${pass} does not ask the milter: a message would go round in circles.`, {
        at: [whereIs(facts, 'smtpd_milters', service)],
        remedy: SETUP,
        fix: 'setup',
      })
    }),
}

/** Programs that take mail from this machine itself. */
const LOCAL_DOORS = ['pickup', 'qmqpd']

const forLocalMail: Check = {
  id: 'milter-local',
  fine: 'Mail that is submitted on this machine by sendmail(1) meets the milter.',
  look: facts =>
    servicesOf(facts, ...LOCAL_DOORS).flatMap(door => {
      const cleanup = serviceNamed(facts, valueOf(facts, 'cleanup_service_name', door))
      const value = valueOf(facts, 'non_smtpd_milters', cleanup)
      if (ourMilter(facts, value) !== undefined) return []
      return fail(`Mail by ${keyOf(door)} does not meet the milter.`, {
        at: [whereIs(facts, 'non_smtpd_milters', cleanup)],
        remedy: 'Set non_smtpd_milters to $smtpd_milters, which has to name the milter.',
        fix:
          ourMilter(facts, valueOf(facts, 'smtpd_milters')) === undefined
            ? 'setup'
            : [{ parameter: 'non_smtpd_milters', value: '$smtpd_milters' }],
      })
    }),
}

const notSwitchedOff: Check = {
  id: 'no-milters',
  fine: 'No receive_override_options switches the milters off.',
  look: facts =>
    [...servicesOf(facts, 'smtpd', ...LOCAL_DOORS)].flatMap(service => {
      const options = parseList(valueOf(facts, 'receive_override_options', service))
      if (!options.includes('no_milters')) return []
      const at = [whereIs(facts, 'receive_override_options', service)]
      const isListener = listenersOf(facts.config).some(
        ({ address }) => serviceAt(facts, address) === service,
      )
      if (service.command === 'smtpd' && !isListener && isInside(facts, service)) return []
      return fail(`${keyOf(service)} switches the milters off with no_milters.`, {
        at,
        remedy: 'Take no_milters out of receive_override_options.',
        fix: [withoutNoMilters(service, options)],
      })
    }),
}

function withoutNoMilters(service: Service, options: readonly string[]): Edit {
  const parameter = 'receive_override_options'
  const value = options.filter(option => option !== 'no_milters').join(',')
  return service.options.has(parameter)
    ? { service: keyOf(service), parameter, value }
    : { parameter, value }
}

const perClient: Check = {
  id: 'milter-maps',
  fine: 'No client has milters of its own.',
  look: facts =>
    servicesOf(facts, 'smtpd').flatMap(service => {
      if (valueOf(facts, 'smtpd_milter_maps', service) === '') return []
      return fail(`At ${keyOf(service)} smtpd_milter_maps chooses the milters of some clients.`, {
        at: [whereIs(facts, 'smtpd_milter_maps', service)],
        remedy: 'Empty smtpd_milter_maps, or name our milter in every entry and at no listener.',
        fix: [
          service.options.has('smtpd_milter_maps')
            ? { service: keyOf(service), parameter: 'smtpd_milter_maps', value: '' }
            : { parameter: 'smtpd_milter_maps', value: '' },
        ],
      })
    }),
}

/** Whether every message meets the milter. */
export const MILTER_CHECKS: readonly Check[] = [
  atDoors,
  atListeners,
  forLocalMail,
  notSwitchedOff,
  perClient,
]
