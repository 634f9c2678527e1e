import { parseList } from '../parameters.js'
import { domainMatcher } from '../../policy/matcher.js'
import { fail, unknown, warn, type Check, type Evidence, type Problem } from './check.js'
import { splitTransport } from './expected.js'
import type { DoctorFacts } from './facts.js'
import {
  PATTERN_TYPES,
  parseTableName,
  placeOf,
  tablesIn,
  type Table,
  type TableEntry,
} from './table.js'
import { sampleDomains } from './outside-samples.js'
import { readersOf, serviceNamed, valueOf } from './view.js'

/** How many entries a problem names; the rest is a number. */
const NAMED = 5

/** The keys that a transport table is asked for when it cannot be listed, or has patterns. */
export function transportQuestions(
  outside: readonly string[],
  internal: readonly string[],
): readonly string[] {
  const domains = sampleDomains(outside, internal)
  return ['*', ...domains.flatMap(domain => [domain, `postmaster@${domain}`])]
}

/** The tables that whoever resolves addresses looks into for a transport. */
export function transportTables(facts: DoctorFacts): readonly string[] {
  const readers = readersOf(facts, 'trivial-rewrite')
  return [
    ...new Set(readers.flatMap(service => tablesIn(valueOf(facts, 'transport_maps', service)))),
  ]
}

/** The check of what transport_maps says about domains outside. */
export const transportTable: Check = {
  id: 'transport-table',
  fine: 'No transport entry leads an outside domain past the lane split.',
  look: facts =>
    transportTables(facts).flatMap(name => {
      const table = facts.tables.get(name)
      return table === undefined ? [notRead(name)] : lookAt(facts, table)
    }),
}

function notRead(name: string): Problem {
  return unknown(`${name} was not read, so nobody knows where it sends mail.`, {
    at: [{ parameter: 'transport_maps', value: name }],
    remedy: 'Run the doctor as a user who may read it.',
  })
}

function lookAt(facts: DoctorFacts, table: Table): readonly Problem[] {
  const isPattern = PATTERN_TYPES.has(parseTableName(table.name).type)
  if (table.entries !== undefined && !isPattern) {
    return byEntries(
      facts,
      table,
      table.entries.filter(({ key }) => isOutside(facts, key)),
    )
  }
  return byAnswers(facts, table)
}

function byEntries(
  facts: DoctorFacts,
  table: Table,
  outside: readonly TableEntry[],
): readonly Problem[] {
  const leaks = outside.filter(({ value }) => kindOf(facts, value) === 'leak')
  const early = outside.filter(({ value }) => kindOf(facts, value) === 'early')
  const problems: Problem[] = []
  if (leaks.length > 0) {
    problems.push(
      fail(`${entries(leaks)} for domains that are not internal leads past the lane split.`, {
        at: leaks.slice(0, NAMED).map(entry => evidence(table, entry)),
        remedy:
          'Take the entry out, or add the domain to internal_domains if its mail stays with you; for a product use [[product]] and a rule.',
      }),
    )
  }
  if (early.length > 0) {
    problems.push(
      warn(`${entries(early)} refuses mail at RCPT, before any decision and without a record.`, {
        at: early.slice(0, NAMED).map(entry => evidence(table, entry)),
        remedy: 'Use a rule with action "reject" instead of error:, retry: or discard:.',
      }),
    )
  }
  return problems
}

/** A table of patterns, or one that only answers: what it says of domains that are outside. */
function byAnswers(facts: DoctorFacts, table: Table): readonly Problem[] {
  const answered = [...table.answers].flatMap(([key, value]) =>
    value === undefined || !isOutside(facts, key) ? [] : [{ key, value, line: undefined }],
  )
  // One rule answers many questions: each answer is told once, with the first question.
  const told = answered.filter(
    ({ value }, at) => answered.findIndex(one => one.value === value) === at,
  )
  const problems = byEntries(facts, table, told)
  if (problems.length > 0) return problems
  const open = (table.entries ?? []).filter(entry => mayMatchOutside(facts, entry))
  if (table.entries !== undefined && open.length === 0 && table.trouble === undefined) return []
  const asked = `answered nothing wrong to ${table.answers.size} questions`
  const why = table.trouble === undefined ? asked : `could not be read (${table.trouble})`
  return [
    unknown(
      `${table.name} cannot be listed, and ${why}: other domains may go past the lane split.`,
      {
        at:
          open.length > 0
            ? open.slice(0, NAMED).map(entry => evidence(table, entry))
            : [{ file: placeOf(table) }],
        remedy: `Ask it yourself: postmap -q DOMAIN ${table.name}; every answer for an outside domain must be empty.`,
      },
    ),
  ]
}

/** A pattern that names no internal domain may match any. */
function mayMatchOutside(facts: DoctorFacts, { key, value }: TableEntry): boolean {
  if (kindOf(facts, value) !== 'leak') return false
  const plain = key.replaceAll('\\.', '.').toLowerCase()
  return !facts.config.internal_domains.some(domain => plain.includes(domain.replace(/^\./, '')))
}

type Kind = 'fine' | 'leak' | 'early'

/**
 * What an entry does. A transport without a next hop keeps the recipient's domain, a next hop
 * without a transport keeps the lane split, which has no TLS: both lead out.
 *
 * Source  transport(5), RESULT FORMAT
 */
function kindOf(facts: DoctorFacts, value: string): Kind {
  const text = value.trim()
  if (text === '' || text === ':' || text === splitTransport(facts.config)) return 'fine'
  const name = /^(?:error|retry|discard)(?=:)/.exec(text)?.[0]
  if (name === undefined) return 'leak'
  // The names are those of master.cf, where somebody may have given them to another program.
  const command = serviceNamed(facts, name)?.command ?? name
  return ['error', 'retry', 'discard'].includes(command) ? 'early' : 'leak'
}

/** Whether a key is about mail that leaves: `domain`, `.domain`, `user@domain` or `*`. */
function isOutside(facts: DoctorFacts, key: string): boolean {
  if (key === '*') return true
  const domain = key.slice(key.lastIndexOf('@') + 1)
  const isInternal = domainMatcher(facts.config.internal_domains)
  if (domain === '') return false
  // A leading dot stands for everything below: one of those domains is asked for.
  const sample = domain.startsWith('.') ? `x${domain}` : domain
  return !isInternal(sample) || (standsForMore(facts, key) && !isInternal(`x.${domain}`))
}

/** A domain is itself alone, unless Postfix is told that it is all that is below it as well. */
function standsForMore(facts: DoctorFacts, key: string): boolean {
  const lists = parseList(valueOf(facts, 'parent_domain_matches_subdomains'))
  return /^[^.@*][^@]*$/.test(key) && lists.includes('transport_maps')
}

function entries(found: readonly TableEntry[]): string {
  return found.length === 1 ? 'A transport entry' : `Each of ${found.length} transport entries`
}

function evidence(table: Table, { key, value, line }: TableEntry): Evidence {
  return { file: placeOf(table), line, value: `${key} ${value}` }
}
