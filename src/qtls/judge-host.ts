import type { DnsState, DomainFacts, HostFacts } from './facts.js'
import { finding, worse, type Finding, type VerdictLevel } from './finding.js'
import { judgeConnection, type ConnectionJudgement } from './judge-connection.js'
import type { TlsProfile } from './tls-profile.js'

/** What one server is worth, whatever binds it to the domain. */
export interface HostJudgement {
  readonly facts: HostFacts
  /** Name that its certificate must have. */
  readonly name: string
  readonly level: VerdictLevel
  /** The level by certificates of authorities alone. */
  readonly pkixLevel: VerdictLevel
  /** Every address has a certificate that TLSA records name. */
  readonly dane: boolean
  /** TLSA records that count are there, so Postfix insists on them at `dane-only`. */
  readonly hasDane: boolean
  /** Nothing to connect to. */
  readonly isAbsent: boolean
  readonly connections: readonly ConnectionJudgement[]
  readonly findings: readonly Finding[]
  /** An address could not be tested, or all. */
  readonly isPartlyUntested: boolean
  readonly until: number
}

/** How an answer that is no answer is called. */
export const DNS_CODES = {
  bogus: 'dns_bogus',
  servfail: 'dns_servfail',
  timeout: 'dns_timeout',
} as const

export const isUnanswered = (state: DnsState | 'none'): state is keyof typeof DNS_CODES =>
  state in DNS_CODES

/** Judges one server: all its addresses must agree, else it is out. */
export function judgeHost(
  host: HostFacts,
  domain: DomainFacts,
  profile: TlsProfile,
  now: number,
): HostJudgement {
  const name = host.host
  const own: Finding[] = []
  if (host.aliases.length > 0)
    own.push(finding('mx_cname', { alias: name, target: host.aliases.at(-1) }))
  if (host.isLiteral) own.push(finding('mx_ip_literal'))
  const unanswered = dnsFindings(host)
  const hasTlsa = host.addressState === 'secure' && host.tlsa.state === 'secure'
  const owner = host.tlsa.owner?.replace(/^_\d+\._tcp\./, '')
  const context = {
    profile,
    now,
    name,
    daneNames: [...new Set([owner ?? name, name, domain.domain])],
    tlsa: hasTlsa ? host.tlsa.records : [],
  }
  const connections = host.connections.map(connection => judgeConnection(connection, context))
  const tested = connections.filter(({ level }) => level !== 'undetermined')
  const isAbsent = unanswered.length === 0 && connections.length === 0
  if (isAbsent) own.push(finding('no_address'))
  const levels = new Set(tested.map(({ level }) => level))
  if (levels.size > 1) own.push(finding('host_inconsistent', { levels: [...levels] }))
  const level = levelOf(
    tested.map(one => one.level),
    [unanswered, isAbsent],
    host,
  )
  const pkixLevel = levelOf(
    tested.map(one => one.pkixLevel),
    [unanswered, isAbsent],
    host,
  )
  const ofConnections = host.connections.flatMap((connection, index) =>
    (connections[index]?.findings ?? []).map(one => ({ ...one, ip: connection.ip })),
  )
  return {
    facts: host,
    name,
    level,
    pkixLevel: levels.size > 1 ? worse(pkixLevel, 'mandatory') : pkixLevel,
    dane: tested.length > 0 && tested.every(({ dane }) => dane === 'ee' || dane === 'ta'),
    hasDane: tested.some(({ dane }) => dane !== 'none' && dane !== 'unusable'),
    isAbsent,
    connections,
    findings: [...own, ...unanswered, ...ofConnections].map(one => ({ ...one, host: name })),
    isPartlyUntested: unanswered.length > 0 || tested.length < connections.length,
    until: Math.min(...tested.map(({ until }) => until)),
  }
}

/**
 * Without a validated answer about TLSA records nobody may connect, or whoever can hold back answers
 * could switch DANE off (RFC 7672, 2.1.2).
 */
function dnsFindings({ addressState, tlsa, isLiteral }: HostFacts): readonly Finding[] {
  if (isUnanswered(addressState)) return [finding(DNS_CODES[addressState], { of: 'address' })]
  const counts = addressState === 'secure' && !isLiteral
  if (counts && isUnanswered(tlsa.state)) return [finding(DNS_CODES[tlsa.state], { of: 'tlsa' })]
  return []
}

function levelOf(
  levels: readonly VerdictLevel[],
  [unanswered, isAbsent]: readonly [readonly Finding[], boolean],
  { isLiteral }: HostFacts,
): VerdictLevel {
  if (unanswered.length > 0) return 'undetermined'
  if (isAbsent) return 'none'
  if (levels.length === 0) return 'undetermined'
  const level = levels.reduce(worse)
  return isLiteral ? worse(level, 'mandatory') : level
}
