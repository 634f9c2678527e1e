import { REFERENCE_HEADER } from '../../policy/lanes.js'
import type { Service } from '../services.js'
import { fail, unknown, warn, type Check, type Problem } from './check.js'
import { REFERENCE_LINE, laneLine, laneNames, lanesThere, pinOf } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { askTables, tablesIn } from './table.js'
import { keyOf, servicesOf, valueOf, whereIs } from './view.js'

const SETUP = 'Run `postseal setup postfix --apply`, which writes the tables anew.'

/** The header lines that tables of header checks are asked for. */
export function headerQuestions(lanes: readonly string[]): readonly string[] {
  return [...lanes.map(laneLine), REFERENCE_LINE]
}

const pinTable: Check = {
  id: 'pin-table',
  fine: 'Each lane header becomes the pin to its lane, and nothing else.',
  look: facts =>
    cleanups(facts).flatMap(cleanup => {
      const value = valueOf(facts, 'milter_header_checks', cleanup)
      const wrong = laneNames(facts.config).flatMap(lane => {
        const wanted = pinOf(facts.config, lane)
        const answer = askTables(facts, value, laneLine(lane))
        if (answer.known && answer.value === wanted) return []
        const says = answer.known ? answer.value : 'nothing'
        return { lane, wanted, says, unsure: answer.known ? undefined : answer.unsure }
      })
      const [first] = wrong
      if (first === undefined) return []
      const at = [whereIs(facts, 'milter_header_checks', cleanup)]
      if (first.unsure !== undefined) {
        const reason = first.unsure.trouble ?? 'it gave no answer'
        return unknown(`The pin table cannot be asked: ${reason}.`, {
          at,
          remedy: SETUP,
          fix: 'setup',
        })
      }
      return fail(
        `The header of lane ${first.lane} becomes ${first.says}, not ${first.wanted}: decisions are not carried out.`,
        { at, remedy: SETUP, fix: 'setup' },
      )
    }),
}

/** Header checks that a client's own header meets, before the milter's are looked at. */
const CLIENT_CHECKS = ['header_checks', 'mime_header_checks', 'nested_header_checks'] as const

const clientPins: Check = {
  id: 'client-pins',
  fine: 'A lane header that a client sends has no effect.',
  look: facts =>
    overCleanups(facts, CLIENT_CHECKS, (parameter, value, cleanup) =>
      laneNames(facts.config).flatMap(lane => {
        const answer = askTables(facts, value, laneLine(lane))
        if (!answer.known || !/^(?:FILTER|PREPEND|REPLACE)\b/i.test(answer.value)) return []
        return fail(`${parameter} acts on the lane header of anybody: ${answer.value}.`, {
          at: [whereIs(facts, parameter, cleanup)],
          remedy: `Take the lane header out of ${answer.table}; pins belong in milter_header_checks.`,
        })
      }),
    ),
}

/** Actions of header checks after which the header is still what it was. */
const HARMLESS = /^(?:DUNNO|PASS|INFO|WARN|PREPEND|BCC|FILTER|REDIRECT)\b/i

const referenceKept: Check = {
  id: 'reference-header',
  fine: 'The reference header goes through header checks as it is.',
  look: facts => [
    ...overCleanups(
      facts,
      [...CLIENT_CHECKS, 'milter_header_checks'],
      (parameter, value, cleanup) => changed(facts, parameter, value, cleanup),
    ),
    ...lanesThere(facts).flatMap(lane =>
      changed(facts, 'smtp_header_checks', valueOf(facts, 'smtp_header_checks', lane), lane),
    ),
  ],
}

function changed(
  facts: DoctorFacts,
  parameter: string,
  value: string,
  service: Service | undefined,
): readonly Problem[] {
  const answer = askTables(facts, value, REFERENCE_LINE)
  if (!answer.known || HARMLESS.test(answer.value)) return []
  return [
    fail(
      `${parameter} changes or removes ${REFERENCE_HEADER}: what is known of a message is lost on the way.`,
      {
        at: [whereIs(facts, parameter, service)],
        remedy: `Leave ${REFERENCE_HEADER} alone in ${answer.table}; it is harmless outside.`,
      },
    ),
  ]
}

const laneHeaderStripped: Check = {
  id: 'lane-header-stripped',
  fine: 'No lane lets its header out.',
  look: facts => {
    const lanes = new Set(laneNames(facts.config))
    return servicesOf(facts, 'smtp', 'lmtp').flatMap(service => {
      const parameter = service.command === 'lmtp' ? 'lmtp_header_checks' : 'smtp_header_checks'
      const value = valueOf(facts, parameter, service)
      const answer = askTables(facts, value, laneLine('qtls'))
      if (answer.known && /^(?:IGNORE|STRIP)\b/i.test(answer.value)) return []
      const details = {
        at: [whereIs(facts, parameter, service)],
        remedy: SETUP,
        fix: 'setup' as const,
      }
      if (!answer.known && answer.unsure !== undefined) {
        return unknown(`${parameter} of ${keyOf(service)} cannot be asked.`, details)
      }
      const message = `${keyOf(service)} does not remove the lane header.`
      return lanes.has(service.name) ? fail(message, details) : warn(message, details)
    })
  },
}

/** The cleanup services, or main.cf alone where master.cf has none. */
function cleanups(facts: DoctorFacts): readonly (Service | undefined)[] {
  const services = servicesOf(facts, 'cleanup')
  return services.length === 0 ? [undefined] : services
}

function overCleanups(
  facts: DoctorFacts,
  parameters: readonly string[],
  look: (parameter: string, value: string, service: Service | undefined) => readonly Problem[],
): readonly Problem[] {
  return cleanups(facts).flatMap(cleanup =>
    parameters.flatMap(parameter => {
      const value = valueOf(facts, parameter, cleanup)
      return tablesIn(value).length === 0 ? [] : look(parameter, value, cleanup)
    }),
  )
}

/** The headers by which a decision travels. */
export const PIN_CHECKS: readonly Check[] = [
  pinTable,
  clientPins,
  referenceKept,
  laneHeaderStripped,
]
