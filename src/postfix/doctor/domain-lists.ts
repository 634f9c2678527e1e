import { parseList } from '../parameters.js'
import { normalDomain } from '../../policy/matcher.js'
import type { Evidence } from './check.js'
import type { DoctorFacts } from './facts.js'
import { PATTERN_TYPES, parseTableName, placeOf, type Table } from './table.js'
import { valueOf, whereIs } from './view.js'

/** The settings that say which domains Postfix delivers inside, and what leads mail elsewhere. */
export const DOMAIN_LISTS = [
  'mydestination',
  'relay_domains',
  'virtual_alias_domains',
  'virtual_mailbox_domains',
] as const
export type DomainList = (typeof DOMAIN_LISTS)[number]

/** A domain that Postfix takes to be inside, and who says so. */
export interface InsideDomain {
  /** `.example.org` stands for everything below. */
  readonly domain: string
  readonly list: DomainList
  readonly at: Evidence
}

export interface InsideDomains {
  readonly domains: readonly InsideDomain[]
  /** Parts of the lists that could not be read. */
  readonly unread: readonly { readonly list: DomainList; readonly what: string }[]
}

/** Every domain that Postfix takes to be inside. */
export function insideDomains(facts: DoctorFacts): InsideDomains {
  const domains: InsideDomain[] = []
  const unread: { list: DomainList; what: string }[] = []
  for (const list of DOMAIN_LISTS) {
    const add = (domain: string, at: Evidence): unknown =>
      domains.push({ domain: normalDomain(domain), list, at })
    for (const item of parseList(valueOf(facts, list))) {
      if (item.startsWith('!')) continue
      if (isPlain(item)) add(item, whereIs(facts, list))
      else {
        const table = facts.tables.get(tableOf(item))
        const found = table === undefined ? undefined : domainsIn(table, list)
        if (table === undefined || found === undefined) unread.push({ list, what: item })
        else for (const entry of found) add(entry.domain, entry.at)
      }
    }
    if (list === 'relay_domains' && matchesBelow(facts)) domains.push(...below(domains))
  }
  return { domains, unread }
}

/** The tables and files that the lists name, as names of tables. */
export function domainTables(value: string): readonly string[] {
  return parseList(value)
    .filter(item => !item.startsWith('!') && !isPlain(item))
    .map(tableOf)
}

function isPlain(item: string): boolean {
  return !item.includes(':') && !item.startsWith('/')
}

/** A file in a list of domains has one domain a line, which is the left side of a texthash. */
function tableOf(item: string): string {
  return item.startsWith('/') ? `file:${item}` : item
}

function domainsIn(
  table: Table,
  list: DomainList,
): readonly { domain: string; at: Evidence }[] | undefined {
  if (table.entries === undefined || PATTERN_TYPES.has(parseTableName(table.name).type)) {
    return undefined
  }
  // By default the lists of virtual(5) are the tables of aliases or mailboxes: domains among addresses.
  const isDomain = (key: string): boolean => !key.includes('@') && key.includes('.')
  return table.entries
    .filter(({ key }) => !list.startsWith('virtual_') || isDomain(key))
    .map(({ key, line }) => ({ domain: key, at: { file: placeOf(table), line, value: key } }))
}

/** Postfix takes a relay domain to stand for its subdomains as well, unless it is told not to. */
function matchesBelow(facts: DoctorFacts): boolean {
  return parseList(valueOf(facts, 'parent_domain_matches_subdomains')).includes('relay_domains')
}

function below(domains: readonly InsideDomain[]): readonly InsideDomain[] {
  return domains
    .filter(({ list, domain }) => list === 'relay_domains' && !domain.startsWith('.'))
    .map(inside => ({ ...inside, domain: `.${inside.domain}` }))
}
