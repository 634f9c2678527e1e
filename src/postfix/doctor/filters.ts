import { addressOf } from '../lanes/names.js'
import { fail, unknown, warn, type Check, type Problem } from './check.js'
import { listenersOf, serviceAt, splitTransport } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { LATER_LISTS, RESTRICTION_LISTS, accessTables } from './restrictions.js'
import { doorServices, restrictionsOf } from './smtpd-view.js'
import { placeOf, tablesIn, type Table, type TableEntry } from './table.js'
import { isLoopback, keyOf, servicesOf, valueOf, whereIs } from './view.js'

/** Checks of cleanup(8) that may name a FILTER. */
export const CONTENT_CHECKS = [
  'header_checks',
  'mime_header_checks',
  'nested_header_checks',
  'body_checks',
] as const

/** The access tables that the doors of this machine look into. */
export function doorTables(facts: DoctorFacts): readonly string[] {
  return doorServices(facts).flatMap(service =>
    [...RESTRICTION_LISTS, ...LATER_LISTS].flatMap(list =>
      accessTables(restrictionsOf(facts, list, service)),
    ),
  )
}

const filterActions: Check = {
  id: 'filter-actions',
  fine: 'No table names a FILTER of its own.',
  look: facts => {
    const checks = servicesOf(facts, 'cleanup').flatMap(cleanup =>
      CONTENT_CHECKS.flatMap(parameter => tablesIn(valueOf(facts, parameter, cleanup))),
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
  const target = /^FILTER\s+(\S+)/i.exec(entry.value)?.[1]
  if (target === undefined || target === splitTransport(facts.config)) return []
  const details = {
    at: [{ file: placeOf(table), line: entry.line, value: `${entry.key} ${entry.value}` }],
    remedy:
      'Take the FILTER out; content filters belong into content_filter, products into [[product]].',
  }
  // A filter on this machine gives the message back, and it comes to split from there.
  const nextHop = target.slice(target.indexOf(':') + 1)
  return isLoopback(addressOf(nextHop).host)
    ? [warn(`A table sends some mail to the filter ${target}, unless it is pinned.`, details)]
    : [fail(`A table sends some mail to ${target}, past the lane split.`, details)]
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
export const FILTER_CHECKS: readonly Check[] = [filterActions, contentFilter]
