import { domainMatcher } from '../../policy/matcher.js'
import { LANE_HEADER } from '../../policy/lanes.js'
import { parseList } from '../parameters.js'
import { fail, unknown, warn, type Check, type Problem } from './check.js'
import { laneNames, listenersOf, pinOf, serviceAt, splitTransport } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { filterWays, wayOf } from './filter-ways.js'
import { LATER_LISTS, RESTRICTION_LISTS, accessTables } from './restrictions.js'
import { restrictionsOf } from './smtpd-view.js'
import { placeOf, tablesIn, type Table, type TableEntry } from './table.js'
import { keyOf, readersOf, servicesOf, valueOf, whereIs } from './view.js'

/** Checks of cleanup(8) that may name a FILTER. */
export const CONTENT_CHECKS = [
  'header_checks',
  'mime_header_checks',
  'nested_header_checks',
  'body_checks',
] as const

/**
 * The access tables that the doors of this machine look into. An entry of one may name a class, so
 * that the tables of all classes count.
 */
export function doorTables(facts: DoctorFacts): readonly string[] {
  const lists = [...RESTRICTION_LISTS, ...LATER_LISTS]
  const tables = servicesOf(facts, 'smtpd').flatMap(service =>
    [...lists, ...parseList(valueOf(facts, 'smtpd_restriction_classes', service))].flatMap(list =>
      accessTables(restrictionsOf(facts, list, service)),
    ),
  )
  return [...new Set(tables)]
}

const filterActions: Check = {
  id: 'filter-actions',
  fine: 'No table names a FILTER of its own.',
  look: facts => {
    const checks = readersOf(facts, 'cleanup').flatMap(cleanup =>
      [...CONTENT_CHECKS, 'milter_header_checks'].flatMap(parameter =>
        tablesIn(valueOf(facts, parameter, cleanup)),
      ),
    )
    return [...new Set([...checks, ...doorTables(facts)])].flatMap(name => {
      const table = facts.tables.get(name)
      if (table?.entries === undefined) return [unread(name, table)]
      return table.entries.flatMap(entry => filterIn(facts, table, entry))
    })
  },
}

function unread(name: string, table: Table | undefined): Problem {
  return unknown(`${name} cannot be listed: it may name a FILTER that leads past the lane split.`, {
    at: [{ file: table === undefined ? name : placeOf(table) }],
    remedy: 'Make sure that no answer of it begins with FILTER.',
  })
}

function filterIn(facts: DoctorFacts, table: Table, entry: TableEntry): readonly Problem[] {
  const copy = /^BCC\s+(\S+)/i.exec(entry.value)?.[1]
  if (copy !== undefined) return [copied(facts, copy, table, entry)]
  const target = /^FILTER\s+(\S+)/i.exec(entry.value)?.[1]
  if (target === undefined || target === splitTransport(facts.config)) return []
  if (isPin(facts, entry)) return []
  const details = {
    at: [{ file: placeOf(table), line: entry.line, value: `${entry.key} ${entry.value}` }],
    remedy:
      'Take the FILTER out; content filters belong into content_filter, products into [[product]].',
  }
  // A filter on this machine gives the message back, and it comes to split from there.
  return wayOf(facts, target) === 'here'
    ? [warn(`A table sends some mail to the filter ${target}, unless it is pinned.`, details)]
    : [fail(`A table sends some mail to ${target}, past the lane split.`, details)]
}

/** The milter has not seen the recipient of a copy when it pins the message, and the pin holds for both. */
function copied(
  facts: DoctorFacts,
  address: string,
  table: Table,
  { key, value, line }: TableEntry,
): Problem {
  const isInternal = domainMatcher(facts.config.internal_domains)
  const details = {
    at: [{ file: placeOf(table), line, value: `${key} ${value}` }],
    remedy:
      'Use always_bcc, sender_bcc_maps or recipient_bcc_maps, which keep messages from being pinned as a whole.',
  }
  return isInternal(address.slice(address.lastIndexOf('@') + 1))
    ? warn(
        `Copies to ${address} go by the lane of the message, not by their own transport.`,
        details,
      )
    : fail(`Copies to ${address} go by the lane of the message, undecided.`, details)
}

/** An entry of the table of pins, which `pin-table` looks at. */
function isPin(facts: DoctorFacts, { key, value }: TableEntry): boolean {
  return (
    key.includes(LANE_HEADER) &&
    laneNames(facts.config).some(lane => pinOf(facts.config, lane) === value)
  )
}

const contentFilter: Check = {
  id: 'content-filter',
  fine: 'The listeners hand nothing to a content filter.',
  look: facts =>
    listenersOf(facts.config).flatMap(({ pass, address }) => {
      const service = serviceAt(facts, address)
      if (service === undefined || valueOf(facts, 'content_filter', service) === '') return []
      return fail(`The listener ${pass} hands messages to the content filter once more.`, {
        at: [whereIs(facts, 'content_filter', service)],
        remedy: `Set content_filter to nothing for ${keyOf(service)}.`,
        fix: [{ service: keyOf(service), parameter: 'content_filter', value: '' }],
      })
    }),
}

/** Ways that tables and filters give a message. */
export const FILTER_CHECKS: readonly Check[] = [filterActions, contentFilter, filterWays]
