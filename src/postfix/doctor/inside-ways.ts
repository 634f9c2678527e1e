import { domainMatcher } from '../../policy/matcher.js'
import type { Service } from '../services.js'
import { warn, type Check, type Evidence, type Problem } from './check.js'
import { laneNames } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { serverWay } from './filter-ways.js'
import { PATTERN_TYPES, parseTableName, placeOf } from './table.js'
import { transportTables } from './transport-tables.js'
import { readersOf, serviceNamed, valueOf, whereIs } from './view.js'

/** Settings that say by which transport mail for the inside goes, and who reads them. */
const SETTINGS = [
  ['local_transport', 'trivial-rewrite'],
  ['virtual_transport', 'trivial-rewrite'],
  ['relay_transport', 'trivial-rewrite'],
  ['mailbox_transport', 'local'],
  ['fallback_transport', 'local'],
] as const

/**
 * Mail for the inside is not decided on, wherever its servers are. One that is out in the internet
 * can be told by its address; a name says nothing of where it is.
 */
export const insideWays: Check = {
  id: 'inside-ways',
  fine: 'Mail for the inside does not go in clear text to a public address.',
  look: facts => [...bySettings(facts), ...byTables(facts)],
}

function bySettings(facts: DoctorFacts): readonly Problem[] {
  return SETTINGS.flatMap(([parameter, program]) =>
    readersOf(facts, program).flatMap(service =>
      problemsOf(facts, valueOf(facts, parameter, service), whereIs(facts, parameter, service)),
    ),
  )
}

function byTables(facts: DoctorFacts): readonly Problem[] {
  const isInternal = domainMatcher(facts.config.internal_domains)
  return transportTables(facts).flatMap(name => {
    const table = facts.tables.get(name)
    if (table?.entries === undefined || PATTERN_TYPES.has(parseTableName(name).type)) return []
    return table.entries
      .filter(({ key }) => isInternal(key.slice(key.lastIndexOf('@') + 1)))
      .flatMap(({ key, value, line }) =>
        problemsOf(facts, value.trim(), {
          file: placeOf(table),
          line,
          value: `${key} ${value}`,
        }),
      )
  })
}

function problemsOf(facts: DoctorFacts, target: string, at: Evidence): readonly Problem[] {
  const [, name = '', server = ''] = /^([^:]*):(.+)$/s.exec(target) ?? []
  const service = serviceNamed(facts, name)
  if (service === undefined || laneNames(facts.config).includes(name)) return []
  if (serverWay(server) !== 'away' || isProtected(facts, service)) return []
  return [
    warn(`Mail for the inside leaves for ${server}, in clear text if that server likes.`, {
      at: [at],
      remedy: `Give it a service with smtp_tls_security_level=encrypt or secure, or name it a [[product]].`,
    }),
  ]
}

/** Whether a service delivers over TLS or not at all; one that is no client delivers here. */
function isProtected(facts: DoctorFacts, service: Service): boolean {
  if (service.command !== 'smtp' && service.command !== 'lmtp') return true
  const level = valueOf(facts, `${service.command}_tls_security_level`, service)
  return !['', 'none', 'may', 'dane'].includes(level)
}
