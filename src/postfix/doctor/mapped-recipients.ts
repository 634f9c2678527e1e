import { domainMatcher } from '../../policy/matcher.js'
import { remark, type Check, type Evidence } from './check.js'
import type { DoctorFacts } from './facts.js'
import { namedInPatterns, sampleDomains } from './outside-samples.js'
import { PATTERN_TYPES, parseTableName, placeOf, tablesIn, type Table } from './table.js'
import { readersOf, valueOf } from './view.js'

/** Maps by which cleanup(8) makes one recipient another, after the milter has seen the first one. */
const MAPS = ['canonical_maps', 'recipient_canonical_maps', 'virtual_alias_maps'] as const

/** How many entries a problem names. */
const NAMED = 5

/** The tables that make one recipient another. */
export function recipientTables(facts: DoctorFacts): readonly string[] {
  const tables = readersOf(facts, 'cleanup').flatMap(service =>
    MAPS.flatMap(parameter => tablesIn(valueOf(facts, parameter, service))),
  )
  return [...new Set(tables)]
}

/** The addresses that a table which cannot be listed, or has patterns, is asked for. */
export function recipientQuestions(
  facts: DoctorFacts,
  outside: readonly string[],
  table: Table | undefined,
): readonly string[] {
  const samples = sampleDomains(outside, facts.config.internal_domains)
  const named = namedInPatterns(table).filter(key => key.includes('@'))
  return [...samples.map(domain => `postmaster@${domain}`), ...named]
}

/**
 * The lane split sees whom a message goes to in the end. As long as such maps are set, no message is
 * pinned before that (`obstaclesOf`); that one of them changes addresses outside is rare enough to be told.
 */
export const mappedRecipients: Check = {
  id: 'mapped-recipients',
  fine: 'No map makes an address outside another one.',
  look: facts =>
    recipientTables(facts).flatMap(name => {
      const table = facts.tables.get(name)
      if (table === undefined) return []
      const mapped = mappedIn(facts, table)
      if (mapped.length === 0) return []
      return remark(
        `${placeOf(table)} makes others of recipients outside: whom mail goes to then is decided at split.`,
        mapped.slice(0, NAMED),
      )
    }),
}

function mappedIn(facts: DoctorFacts, table: Table): readonly Evidence[] {
  const isPattern = PATTERN_TYPES.has(parseTableName(table.name).type)
  const answers = [...table.answers].flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, line: undefined }],
  )
  const entries = table.entries === undefined || isPattern ? answers : table.entries
  return entries
    .filter(({ key, value }) => value.trim() !== key && isOutside(facts, key))
    .map(({ key, value, line }) => ({ file: placeOf(table), line, value: `${key} ${value}` }))
}

/** `user@domain`, `@domain`, or `*` of a table that says the same to all; a name alone is inside. */
function isOutside(facts: DoctorFacts, key: string): boolean {
  if (key === '*') return true
  const at = key.lastIndexOf('@')
  const domain = key.slice(at + 1)
  return at >= 0 && domain !== '' && !domainMatcher(facts.config.internal_domains)(domain)
}
