import { chooseMatch, keysOf, type Match } from './choose-match.js'
import type { DomainFacts } from './facts.js'
import { finding, RANK, reasonsOf, worse, type Finding, type VerdictLevel } from './finding.js'
import { DNS_CODES, isUnanswered, judgeHost, type HostJudgement } from './judge-host.js'
import {
  bindingsOf,
  enforcedPolicy,
  matchesStsPattern,
  type Confirmation,
} from './secure-binding.js'
import { editionOf, type TlsProfile } from './tls-profile.js'
import { validUntil } from './valid-until.js'
import {
  BINDINGS,
  DEFAULT_BINDINGS,
  type Binding,
  type BindingGain,
  type DomainVerdict,
} from './verdict-model.js'

export interface JudgeOptions {
  /** Ways of binding that count; see `Binding`. */
  readonly bindings?: readonly Binding[]
  readonly confirmation?: Confirmation | undefined
}

/**
 * Judges a domain: each connection, then each server, then the domain. Pure: the same facts, rules,
 * time and options give the same verdict, so it can be made again from facts on record.
 *
 * Shape   `now` in epoch milliseconds
 * Gives   a frozen verdict; `until` says when to look again, and once that is over, the level is
 *         undetermined
 */
export function judge(
  facts: DomainFacts,
  profile: TlsProfile,
  now: number,
  options: JudgeOptions = {},
): DomainVerdict {
  const counting = new Set(options.bindings ?? DEFAULT_BINDINGS)
  const hosts = facts.hosts.map(host => judgeHost(host, facts, profile, now))
  const lacking = stsFinding(facts, now)
  // RFC 8461, 2: a server with DANE is not asked for by MTA-STS, so for it the reason does not stand.
  const needsPolicy = new Set(
    lacking === undefined ? [] : hosts.filter(host => !isByDane(host, facts, counting)),
  )
  const isAll = needsPolicy.size === hosts.length
  const ofDomain = [...domainFindings(facts), ...(lacking === undefined || !isAll ? [] : [lacking])]
  const held = new Map(
    hosts.map(host => [host, bindingsOf(host, facts, options.confirmation, now)]),
  )
  const isBound = (counts: ReadonlySet<Binding>) => (host: HostJudgement) =>
    [...(held.get(host) ?? [])].some(binding => counts.has(binding))
  const question: Question = { facts, now, hosts, ofDomain, needsPolicy }
  const answer = answerWith(question, isBound(counting))
  const findings = [
    ...ofDomain,
    ...(lacking === undefined || isAll
      ? []
      : [...needsPolicy].map(({ name: host }) => ({ ...lacking, host }))),
    ...hosts.flatMap(host => host.findings),
    ...bindingFindings(question, isBound(counting)),
  ]
  const until = validUntil(facts, answer.level, answer.match.hosts, findings, now)
  const isOver = until <= now && answer.level !== 'undetermined'
  if (isOver) findings.unshift(finding('verdict_expired', { until: new Date(until).toISOString() }))
  const level = isOver ? 'undetermined' : answer.level
  const isQualified = level === 'qualified'
  return Object.freeze({
    domain: facts.domain,
    level,
    reasons: reasonsOf(findings, profile),
    match: Object.freeze(isQualified ? answer.match.hosts.map(({ name }) => name) : []),
    spki: Object.freeze(isQualified ? keysOf(answer.match, hosts) : []),
    dane: isQualified && answer.match.dane,
    until,
    profile: profile.name,
    edition: editionOf(profile),
    hosts: Object.freeze(
      hosts.map(({ name, level: own, dane }) => Object.freeze({ host: name, level: own, dane })),
    ),
    bindings: gains(question, counting, held),
  })
}

interface Question {
  readonly facts: DomainFacts
  readonly now: number
  readonly hosts: readonly HostJudgement[]
  readonly ofDomain: readonly Finding[]
  /** Servers that a policy would have to name which is announced and cannot be had. */
  readonly needsPolicy: ReadonlySet<HostJudgement>
}

interface Answer {
  readonly level: VerdictLevel
  readonly match: Match
}

const NO_MATCH: Match = { hosts: [], dane: false }

function answerWith(question: Question, isBound: (host: HostJudgement) => boolean): Answer {
  const { facts, now, hosts, ofDomain, needsPolicy } = question
  const cap = ofDomain.map(one => CAPS[one.code] ?? 'qualified').reduce(worse, 'qualified')
  if (cap === 'none' || cap === 'undetermined') return { level: cap, match: NO_MATCH }
  const policy = enforcedPolicy(facts, now)
  const passes = (host: HostJudgement): boolean =>
    isBound(host) &&
    !needsPolicy.has(host) &&
    (policy === undefined || policy.mx.some(pattern => matchesStsPattern(host.name, pattern)))
  const match = chooseMatch(hosts, passes, facts.mx.state === 'secure')
  if (match.hosts.length > 0) return { level: 'qualified', match }
  if (needsPolicy.size > 0) return { level: 'undetermined', match: NO_MATCH }
  const usable = hosts.filter(({ isAbsent }) => !isAbsent)
  if (usable.length === 0) return { level: 'none', match: NO_MATCH }
  const tested = usable.filter(({ level }) => level !== 'undetermined')
  if (tested.length === 0) return { level: 'undetermined', match: NO_MATCH }
  const isMandatory = tested.every(({ level }) => level !== 'none')
  return { level: isMandatory ? 'mandatory' : 'none', match: NO_MATCH }
}

/** What a finding about the domain as a whole leaves, whatever its servers are worth. */
const CAPS: Readonly<Partial<Record<Finding['code'], VerdictLevel>>> = {
  dns_bogus: 'undetermined',
  dns_servfail: 'undetermined',
  dns_timeout: 'undetermined',
  sts_fetch: 'undetermined',
  sts_invalid: 'undetermined',
  nxdomain: 'none',
  null_mx: 'none',
  no_address: 'none',
}

function domainFindings({ mx, hosts }: DomainFacts): readonly Finding[] {
  const found: Finding[] = []
  if (isUnanswered(mx.state)) return [finding(DNS_CODES[mx.state], { of: 'mx' })]
  switch (mx.kind) {
    case 'unanswered':
      return [finding('dns_servfail', { of: 'mx' })]
    case 'nxdomain':
      return [finding('nxdomain')]
    case 'null-mx':
      return [finding('null_mx')]
    case 'implicit':
      found.push(finding('implicit_mx'))
      break
    case 'mx':
      break
    default: {
      const never: never = mx.kind
      throw new TypeError(String(never))
    }
  }
  if (hosts.length === 0) found.push(finding('no_address'))
  return found
}

/** A policy is announced, there is none from before, and it cannot be had. */
function stsFinding({ sts, hosts }: DomainFacts, now: number): Finding | undefined {
  const hasPolicy =
    sts.policy !== undefined && sts.policy.fetchedAt + sts.policy.maxAgeSeconds * 1000 > now
  if (sts.failure === undefined || sts.state !== 'announced' || hasPolicy) return undefined
  if (hosts.length === 0) return undefined
  return finding(sts.failure.code, { detail: sts.failure.detail.slice(0, 200) })
}

function isByDane(
  { dane, facts: { addressState } }: HostJudgement,
  { mx }: DomainFacts,
  counting: ReadonlySet<Binding>,
): boolean {
  const isSigned = mx.state === 'secure' && addressState === 'secure'
  return dane && isSigned && (counting.has('dane') || counting.has('dnssec'))
}

/** Reasons that come of the binding, and of a policy that is there but does not stand in the way. */
function bindingFindings(
  { facts, now, hosts, ofDomain }: Question,
  isBound: (host: HostJudgement) => boolean,
): readonly Finding[] {
  if (ofDomain.some(({ code }) => CAPS[code] !== undefined)) return []
  const found: Finding[] = []
  const policy = enforcedPolicy(facts, now)
  const unbound = hosts.filter(
    host => !isBound(host) && !host.isAbsent && !isUnanswered(host.facts.addressState),
  )
  // Signed or not, an MX record that nobody vouches for is one reason, not one for each server.
  if (unbound.length > 0 && unbound.length === hosts.length && facts.mx.state === 'insecure')
    found.push(finding('dns_insecure_mx', { of: 'mx' }))
  else
    for (const { name: host, facts: own } of unbound)
      found.push({
        ...finding('dns_insecure_mx', { of: own.addressState === 'secure' ? 'mx' : 'address' }),
        host,
      })
  for (const { name: host, isAbsent } of hosts) {
    if (isAbsent || policy === undefined) continue
    if (policy.mx.some(pattern => matchesStsPattern(host, pattern))) continue
    found.push({ ...finding('sts_mx_mismatch', { policy: policy.mx.slice(0, 5) }), host })
  }
  return found
}

function gains(
  question: Question,
  counting: ReadonlySet<Binding>,
  held: ReadonlyMap<HostJudgement, ReadonlySet<Binding>>,
): readonly BindingGain[] {
  return Object.freeze(
    BINDINGS.map(binding => {
      const counts = new Set([...counting, binding])
      const isBound = (host: HostJudgement): boolean =>
        [...(held.get(host) ?? [])].some(one => counts.has(one))
      const hosts = question.hosts.filter(host => held.get(host)?.has(binding) === true)
      return Object.freeze({
        binding,
        counts: counting.has(binding),
        hosts: Object.freeze(hosts.map(({ name }) => name)),
        level: answerWith(question, isBound).level,
        levelIfHeld: answerWith(question, () => true).level,
      })
    }),
  )
}

/** Whether one level is at least another; what could not be tested is at least nothing. */
export function isAtLeast(level: VerdictLevel, wanted: VerdictLevel): boolean {
  if (level === 'undetermined' || wanted === 'undetermined') return false
  return RANK[level] >= RANK[wanted]
}
