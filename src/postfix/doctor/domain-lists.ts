import { parseList } from '../parameters.js'
import { domainMatcher, normalDomain } from '../../policy/matcher.js'
import type { Service } from '../services.js'
import type { Evidence } from './check.js'
import type { DoctorFacts } from './facts.js'
import { PATTERN_TYPES, parseTableName, placeOf, type Table } from './table.js'
import { sampleDomains } from './outside-samples.js'
import { readersOf, valueOf, whereIs } from './view.js'

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
  for (const [list, service] of listsOf(facts)) {
    const add = (domain: string, at: Evidence): unknown =>
      domains.push({ domain: normalDomain(domain), list, at })
    for (const item of parseList(valueOf(facts, list, service))) {
      if (item.startsWith('!')) continue
      if (isPlain(item)) add(item, whereIs(facts, list, service))
      else {
        const table = facts.tables.get(tableOf(item))
        const found = table === undefined ? undefined : domainsIn(table, list)
        const known = found ?? (table === undefined ? [] : answeredBy(facts, table))
        if (found === undefined) unread.push({ list, what: item })
        for (const entry of known) add(entry.domain, entry.at)
      }
    }
    if (list === 'relay_domains' && matchesBelow(facts, service)) domains.push(...below(domains))
  }
  return { domains, unread }
}

/** The lists as everybody reads them who resolves addresses. */
function listsOf(facts: DoctorFacts): readonly (readonly [DomainList, Service | undefined])[] {
  return DOMAIN_LISTS.flatMap(list =>
    readersOf(facts, 'trivial-rewrite').map(service => [list, service] as const),
  )
}

/** The tables that the lists name, once each. */
export function listTables(facts: DoctorFacts): readonly string[] {
  return [
    ...new Set(
      listsOf(facts).flatMap(([list, service]) => domainTables(valueOf(facts, list, service))),
    ),
  ]
}

/** The domains that a table which only answers is asked for. */
export function domainQuestions(facts: DoctorFacts, outside: readonly string[]): readonly string[] {
  const { internal_domains: internal } = facts.config
  const inside = internal.filter(domain => !domain.startsWith('.'))
  return [...sampleDomains(outside, internal), ...inside]
}

/** What a table that cannot be listed takes to be inside: all that is, and one of what is not. */
function answeredBy(facts: DoctorFacts, table: Table): readonly { domain: string; at: Evidence }[] {
  const isInternal = domainMatcher(facts.config.internal_domains)
  const known = [...table.answers].filter(([key, value]) => value !== undefined && isDomain(key))
  const outside = known.filter(([key]) => !isInternal(key)).slice(0, 1)
  return [...known.filter(([key]) => isInternal(key)), ...outside].map(([domain]) => ({
    domain,
    at: { file: placeOf(table), value: domain },
  }))
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
export function tableOf(item: string): string {
  return item.startsWith('/') ? `file:${item}` : item
}

function domainsIn(
  table: Table,
  list: DomainList,
): readonly { domain: string; at: Evidence }[] | undefined {
  if (table.entries === undefined || PATTERN_TYPES.has(parseTableName(table.name).type)) {
    return undefined
  }
  return table.entries
    .filter(({ key }) => !list.startsWith('virtual_') || isDomain(key))
    .map(({ key, line }) => ({ domain: key, at: { file: placeOf(table), line, value: key } }))
}

/** By default the lists of virtual(5) are the tables of aliases or mailboxes: domains among addresses. */
function isDomain(key: string): boolean {
  return !key.includes('@') && key.includes('.')
}

/** Postfix takes a relay domain to stand for its subdomains as well, unless it is told not to. */
function matchesBelow(facts: DoctorFacts, service: Service | undefined): boolean {
  const lists = parseList(valueOf(facts, 'parent_domain_matches_subdomains', service))
  return lists.includes('relay_domains')
}

function below(domains: readonly InsideDomain[]): readonly InsideDomain[] {
  return domains
    .filter(({ list, domain }) => list === 'relay_domains' && !domain.startsWith('.'))
    .map(inside => ({ ...inside, domain: `.${inside.domain}` }))
}
