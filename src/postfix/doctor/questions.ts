import { CONTENT_CHECKS, doorTables } from './filters.js'
import { domainQuestions, listTables } from './domain-lists.js'
import { laneNames } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { namedInPatterns } from './outside-samples.js'
import { recipientQuestions, recipientTables } from './mapped-recipients.js'
import { networkTables } from './networks.js'
import { headerQuestions } from './pins.js'
import { policyQuestions } from './policy-maps.js'
import { tablesIn } from './table.js'
import { transportQuestions, transportTables } from './transport-tables.js'
import { serviceNamed, servicesOf, valueOf } from './view.js'

/**
 * Which tables have to be read, and what each of them is asked for.
 *
 * Shape   `facts` with the tables that are read already, since one may name another, or say in its
 *         patterns what to ask it; `outside` are domains that are known to be outside.
 * Gives   the keys by the name of the table; no keys where its entries alone count.
 */
export function questionsFor(
  facts: DoctorFacts,
  outside: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const questions = new Map<string, readonly string[]>()
  const ask = (tables: readonly string[], keys: readonly string[] = []): void => {
    for (const table of tables) {
      questions.set(table, [...new Set([...(questions.get(table) ?? []), ...keys])])
    }
  }
  const { internal_domains: internal } = facts.config
  for (const name of transportTables(facts)) {
    const named = namedInPatterns(facts.tables.get(name))
    ask([name], [...transportQuestions(outside, internal), ...named])
  }
  for (const name of listTables(facts)) {
    const named = namedInPatterns(facts.tables.get(name))
    ask([name], [...domainQuestions(facts, outside), ...named.filter(key => !key.includes('@'))])
  }
  const headers = headerQuestions(laneNames(facts.config))
  for (const cleanup of [undefined, ...servicesOf(facts, 'cleanup')]) {
    for (const parameter of [...CONTENT_CHECKS, 'milter_header_checks']) {
      ask(tablesIn(valueOf(facts, parameter, cleanup)), headers)
    }
  }
  for (const client of servicesOf(facts, 'smtp', 'lmtp')) {
    for (const parameter of ['smtp_header_checks', 'lmtp_header_checks']) {
      ask(tablesIn(valueOf(facts, parameter, client)), headers)
    }
  }
  for (const name of ['qtls', 'tls']) {
    const maps = valueOf(facts, 'smtp_tls_policy_maps', serviceNamed(facts, name))
    ask(tablesIn(maps), policyQuestions(facts))
  }
  ask(doorTables(facts))
  ask(networkTables(facts))
  for (const name of recipientTables(facts)) {
    ask([name], recipientQuestions(facts, outside, facts.tables.get(name)))
  }
  return questions
}
