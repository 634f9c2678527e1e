import { domainMatcher } from '../../policy/matcher.js'
import {
  accessTables,
  LATER_LISTS,
  parseRestrictions,
  RESTRICTION_LISTS,
} from '../doctor/restrictions.js'
import {
  PATTERN_TYPES,
  parseTableName,
  placeOf,
  tablesIn,
  type Table,
  type TableEntry,
} from '../doctor/table.js'
import { splitTransport } from '../lanes/main-settings.js'
import type { Remark } from '../lanes/remark.js'
import { conflict, inMain, note, valueOf, type Finder, type Look } from './look.js'

/** How many entries of one table are named; the rest is a number. */
const NAMED = 10

const CHECKS = [
  'header_checks',
  'mime_header_checks',
  'nested_header_checks',
  'body_checks',
] as const

/** The tables that setup has to read, as the settings name them. */
export function tablesToRead(values: ReadonlyMap<string, string>): readonly string[] {
  const value = (name: string): string => values.get(name) ?? ''
  const checks = [...CHECKS, ...LISTS].flatMap(name => filterTables(name, value(name)))
  return [...new Set([...tablesIn(value('transport_maps')), ...checks])]
}

const LISTS = [...RESTRICTION_LISTS, ...LATER_LISTS]

function filterTables(name: string, value: string): readonly string[] {
  return name.endsWith('_checks') ? tablesIn(value) : accessTables(parseRestrictions(value))
}

/** Entries of transport_maps that lead an outside domain past the lanes. */
export const outsideTransports: Finder = look => {
  const isInternal = domainMatcher(look.config.internal_domains)
  return tablesIn(valueOf(look, 'transport_maps')).flatMap(name => {
    const table = look.tables.get(name)
    const isPattern = PATTERN_TYPES.has(parseTableName(name).type)
    if (table?.entries === undefined || isPattern) return [unreadable(look, name)]
    const outside = table.entries.filter(({ key }) => isOutside(key, isInternal))
    return named(
      outside.filter(({ value }) => leads(value, look)),
      table,
      ({ key, value }) =>
        conflict(
          '',
          `transport_maps sends mail to ${key} by "${value}", past every decision.`,
          `If this domain belongs to you, add it to internal_domains in milter.conf; else take the entry out, and use a [[product]] and a rule where its mail needs a way of its own.`,
        ),
    )
  })
}

function isOutside(key: string, isInternal: (domain: string) => boolean): boolean {
  const domain = key.slice(key.lastIndexOf('@') + 1)
  if (domain === '*') return true
  if (domain.startsWith('.')) return !isInternal(`x${domain}`)
  return domain.includes('.') && !isInternal(domain)
}

/** An empty result, the lane split, and what refuses mail lead nowhere. */
function leads(value: string, look: Look): boolean {
  const result = value.trim()
  if (['', ':', splitTransport(look.config)].includes(result)) return false
  return !/^(?:error|retry|discard):/.test(result)
}

function unreadable(look: Look, name: string): Remark {
  return note(
    inMain(look, 'transport_maps'),
    `${name} cannot be listed, so setup cannot see where it sends mail.`,
    `It must give no result for outside domains; \`postseal doctor\` asks it for some of them.`,
  )
}

/** Tables that pin messages to a filter of their own, which goes before default_transport. */
export const otherFilters: Finder = look =>
  [...CHECKS, ...LISTS].flatMap(setting =>
    filterTables(setting, valueOf(look, setting)).flatMap(name => {
      const table = look.tables.get(name)
      const filters = (table?.entries ?? []).filter(({ value }) => /^FILTER\s/i.test(value))
      if (table === undefined) return []
      return named(filters, table, ({ value }) =>
        conflict(
          '',
          `${setting} sends messages to a filter of its own ("${value}"), past every decision unless the milter pins them.`,
          'Use a [[product]] and a rule instead, or a content_filter whose mail comes back by SMTP.',
        ),
      )
    }),
  )

function named(
  entries: readonly TableEntry[],
  table: Table,
  describe: (entry: TableEntry) => Remark,
): readonly Remark[] {
  const shown = entries.slice(0, NAMED).map(entry => ({
    ...describe(entry),
    where: entry.line === undefined ? placeOf(table) : `${placeOf(table)}:${entry.line}`,
  }))
  const [first] = shown
  const rest = entries.length - shown.length
  if (rest === 0 || first === undefined) return shown
  return [...shown, { ...first, where: placeOf(table), what: `${rest} more entries do the same.` }]
}
