import { SPLIT_LANE } from '../../policy/lanes.js'
import { fail, warn, type Check } from './check.js'
import { handOvers } from './lanes.js'
import { networksOf, networkContains } from './networks.js'
import { SCHEDULERS, editOf, keyOf, readersOf, serviceNamed, valueOf, whereIs } from './view.js'

/** Settings of the lane split: parameter, value, why, and whether anything leaks without it. */
const WANTED = [
  [
    'smtp_line_length_limit',
    '0',
    'a long line is folded, and the body is no longer the one that was decided on',
    'fail',
  ],
  ['smtp_generic_maps', '', 'addresses are rewritten on the way to the decision', 'fail'],
  [
    'smtp_send_xforward_command',
    'no',
    'the listener hears of another client than the one that is there',
    'warn',
  ],
  [
    'smtp_mime_header_checks',
    '',
    'headers of parts are changed on the way to the decision',
    'warn',
  ],
  [
    'smtp_nested_header_checks',
    '',
    'headers of attached messages are changed on the way to the decision',
    'warn',
  ],
  ['smtp_body_checks', '', 'the body is changed on the way to the decision', 'fail'],
] as const

const settings: Check = {
  id: 'split-lane',
  fine: 'The lane split hands messages back as they are.',
  look: facts => {
    const lane = serviceNamed(facts, SPLIT_LANE)
    if (lane === undefined) return []
    return WANTED.flatMap(([parameter, wanted, why, severity]) => {
      const value = valueOf(facts, parameter, lane)
      if (value === wanted) return []
      const details = {
        at: [whereIs(facts, parameter, lane)],
        remedy: `Set ${parameter}=${wanted} for the lane split.`,
        fix: [{ service: keyOf(lane), parameter, value: wanted }],
      }
      const message = `In the lane split ${why}.`
      return severity === 'fail' ? fail(message, details) : warn(message, details)
    })
  },
}

/** What qmgr(8) does with the lane, `split_` being the transport. */
const SCHEDULED = [
  ['split_destination_recipient_limit', '1', 'default_destination_recipient_limit', 'fail'],
  [
    'split_destination_concurrency_failed_cohort_limit',
    '0',
    'default_destination_concurrency_failed_cohort_limit',
    'warn',
  ],
] as const

const scheduling: Check = {
  id: 'split-scheduling',
  fine: 'The lane split takes one recipient at a time, and one that waits holds up no other.',
  look: facts =>
    readersOf(facts, ...SCHEDULERS).flatMap(service =>
      SCHEDULED.flatMap(([parameter, wanted, fallback, severity]) => {
        const own = valueOf(facts, parameter, service)
        const value = own === '' ? valueOf(facts, fallback, service) : own
        if (value === wanted) return []
        const details = {
          at: [{ ...whereIs(facts, parameter, service), value }],
          remedy: `Set ${parameter} to ${wanted}.`,
          fix: [editOf(parameter, wanted, service)],
        }
        return severity === 'fail'
          ? fail('Several recipients come back at once, and only one decision is made.', details)
          : warn('Recipients who wait hold up the mail of others in the lane split.', details)
      }),
    ),
}

/** An address that outgoing connections are bound to is the one that the listener sees. */
const boundAddress: Check = {
  id: 'lane-source-address',
  fine: 'The listeners know the address from which the lanes come.',
  look: facts =>
    handOvers(facts).flatMap(({ lane, listener }) => {
      const bound = valueOf(facts, 'smtp_bind_address', lane)
      const { networks } = networksOf(facts, listener)
      if (bound === '' || networks.some(one => networkContains(one, bound))) return []
      const own = { service: keyOf(lane), parameter: 'smtp_bind_address', value: '' }
      return fail(`Lane ${lane.name} comes from ${bound}, which its listener refuses.`, {
        at: [whereIs(facts, 'smtp_bind_address', lane)],
        remedy:
          lane.name === SPLIT_LANE
            ? 'Set smtp_bind_address to nothing for the lane split.'
            : `Add ${bound}/32 to mynetworks of ${keyOf(listener)}.`,
        fix: lane.name === SPLIT_LANE ? [own] : [],
      })
    }),
}

/** The lane that brings everything back. */
export const SPLIT_CHECKS: readonly Check[] = [settings, scheduling, boundAddress]
