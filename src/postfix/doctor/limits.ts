import type { Service } from '../services.js'
import { fail, warn, type Check, type Problem } from './check.js'
import { listenersOf, serviceAt } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { handOvers } from './lanes.js'
import { isYes, keyOf, numberOf, serviceNamed, timeOf, valueOf, whereIs } from './view.js'

/** Sealing makes a message up to this much larger. */
const GROWTH = 2.5

const listenerSize: Check = {
  id: 'listener-size',
  fine: 'A message that sealing has made larger goes through the listeners.',
  look: facts => {
    const first = numberOf(facts, 'message_size_limit')
    return listenersOf(facts.config).flatMap(({ pass, address }) => {
      const service = serviceAt(facts, address)
      if (service === undefined) return []
      const name = valueOf(facts, 'cleanup_service_name', service)
      return [service, serviceNamed(facts, name)].flatMap(one => tooSmall(facts, one, pass, first))
    })
  },
}

/** Units  `first` in bytes, 0 for no limit: what the doors take. */
function tooSmall(
  facts: DoctorFacts,
  service: Service | undefined,
  pass: string,
  first: number,
): readonly Problem[] {
  const limit = numberOf(facts, 'message_size_limit', service)
  if (limit === 0 || (first > 0 && limit >= first * GROWTH)) return []
  const value = String(Math.ceil(first * GROWTH))
  const details = {
    at: [whereIs(facts, 'message_size_limit', service)],
    remedy: `Give ${pass} and its cleanup service a message_size_limit of ${value}.`,
    fix:
      service === undefined
        ? []
        : [{ service: keyOf(service), parameter: 'message_size_limit', value }],
  }
  return first === 0 || limit < first
    ? [fail(`At ${pass} a message bounces with 552 that the first pass has taken.`, details)]
    : [warn(`At ${pass} a message may bounce with 552 once it is sealed.`, details)]
}

const milterSize: Check = {
  id: 'milter-size',
  fine: 'The milter takes every message that Postfix takes.',
  look: facts => {
    const most = facts.config.milter.max_message_size
    const first = numberOf(facts, 'message_size_limit')
    if (first > 0 && first <= most) return []
    const size = first === 0 ? 'of any size' : `of up to ${first} bytes`
    return [
      warn(`Postfix takes messages ${size}, the milter defers those above ${most} for ever.`, {
        at: [whereIs(facts, 'message_size_limit')],
        remedy: 'Raise max_message_size in section [milter], or lower message_size_limit.',
      }),
    ]
  },
}

const processes: Check = {
  id: 'process-limits',
  fine: 'There are more listeners than messages that can come back at once.',
  look: facts =>
    handOvers(facts).flatMap(({ lane, listener }) => {
      if (lane.name !== 'split') return []
      const senders = processLimit(facts, lane)
      const takers = processLimit(facts, listener)
      if (senders < takers) return []
      return warn(`${senders} processes of split wait for ${takers} listeners: mail stalls.`, {
        at: [{ ...whereIs(facts, 'default_process_limit'), service: keyOf(lane) }],
        remedy: 'Set the process limit of split to 20 and that of its listener to 40 in master.cf.',
      })
    }),
}

/** 0 is no limit. */
function processLimit(facts: DoctorFacts, { processLimit: text }: Service): number {
  const own = text === '-' ? numberOf(facts, 'default_process_limit') : Number(text)
  return own === 0 ? Number.POSITIVE_INFINITY : own
}

const patience: Check = {
  id: 'lane-patience',
  fine: 'Lanes and Postfix wait longer than the milter may take.',
  look: facts => {
    const most = facts.config.milter.message_timeout
    return handOvers(facts).flatMap(({ lane, listener }) => {
      const problems: Problem[] = []
      if ((timeOf(facts, 'smtp_data_done_timeout', lane) ?? 0) <= most) {
        problems.push(
          fail(
            `Lane ${lane.name} gives up before the milter answers, and sends again what was taken.`,
            {
              at: [whereIs(facts, 'smtp_data_done_timeout', lane)],
              remedy: `Set smtp_data_done_timeout=600s for lane ${lane.name}.`,
              fix: [{ service: keyOf(lane), parameter: 'smtp_data_done_timeout', value: '600s' }],
            },
          ),
        )
      }
      const patient = timeOf(facts, 'milter_content_timeout', listener) ?? 0
      if (patient <= facts.config.milter.progress_interval) {
        problems.push(
          fail(`${keyOf(listener)} gives the milter up before it hears of progress.`, {
            at: [whereIs(facts, 'milter_content_timeout', listener)],
            remedy: 'Take milter_content_timeout out of main.cf; 300s is its default.',
            fix: [{ parameter: 'milter_content_timeout', value: undefined }],
          }),
        )
      }
      return problems
    })
  },
}

const lifetime: Check = {
  id: 'queue-lifetime',
  fine: 'What waits or is on hold ends by its own limit, before Postfix gives it up.',
  look: facts => {
    const life = timeOf(facts, 'maximal_queue_lifetime', undefined, 'd') ?? 0
    const { hold_limit: hold, wait_limit: wait } = facts.config.policy
    if (life > Math.max(hold, wait)) return []
    return [
      warn('Postfix gives up mail that still waits for an answer, in words of its own.', {
        at: [whereIs(facts, 'maximal_queue_lifetime')],
        remedy: 'Raise maximal_queue_lifetime, or lower hold_limit and wait_limit in [policy].',
      }),
    ]
  },
}

const softBounce: Check = {
  id: 'soft-bounce',
  fine: 'A refusal is a refusal.',
  look: facts => {
    if (!isYes(valueOf(facts, 'soft_bounce'))) return []
    return [
      warn('What is rejected stays in the queue, and the sender is told days later.', {
        at: [whereIs(facts, 'soft_bounce')],
        remedy: 'Set soft_bounce to no.',
        fix: [{ parameter: 'soft_bounce', value: 'no' }],
      }),
    ]
  },
}

const queueIds: Check = {
  id: 'queue-ids',
  fine: 'No queue id is used twice.',
  look: facts => {
    if (isYes(valueOf(facts, 'enable_long_queue_ids'))) return []
    return [
      warn(
        'Postfix uses short queue ids again: a line of the log may be taken for another message.',
        {
          at: [whereIs(facts, 'enable_long_queue_ids')],
          remedy: 'Set enable_long_queue_ids to yes.',
          fix: [{ parameter: 'enable_long_queue_ids', value: 'yes' }],
        },
      ),
    ]
  },
}

/** Sizes, numbers and times that have to fit together. */
export const LIMIT_CHECKS: readonly Check[] = [
  listenerSize,
  milterSize,
  processes,
  patience,
  lifetime,
  softBounce,
  queueIds,
]
