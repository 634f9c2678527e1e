import type { DomainFacts } from './facts.js'
import type { Finding, VerdictLevel } from './finding.js'
import type { HostJudgement } from './judge-host.js'
import { enforcedPolicy, policyEnd } from './secure-binding.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long a verdict can hold, and how short the other side can make it. */
export const LIFE = {
  qualified: 24 * HOUR,
  /** Nothing but the binding is missing: that changes seldom. */
  unbound: 4 * HOUR,
  /** Somebody may be mending it right now. */
  failed: 30 * MINUTE,
  undetermined: 15 * MINUTE,
  /** A server could not be tested that may be worth more or less. */
  partlyUntested: HOUR,
  /** DNS answers of a minute are no reason to look every minute: the map names servers. */
  leastTtl: HOUR,
} as const

/**
 * When to look again: what ends first of the DNS answers, certificates, revocation answers, the
 * policy that binds and the longest life of a verdict of this kind.
 *
 * Gives   epoch milliseconds
 */
export function validUntil(
  facts: DomainFacts,
  level: VerdictLevel,
  match: readonly HostJudgement[],
  findings: readonly Finding[],
  now: number,
): number {
  const { probedAt, mx, hosts } = facts
  if (level === 'undetermined') return probedAt + LIFE.undetermined
  if (level === 'none') return probedAt + LIFE.failed
  const seconds = Math.min(
    mx.ttlSeconds,
    ...hosts.map(({ addressTtlSeconds }) => addressTtlSeconds),
  )
  const ttl = probedAt + Math.max(LIFE.leastTtl, seconds * 1000)
  if (level === 'mandatory') {
    const isOnlyUnbound = findings.every(({ code }) => !isFailure(code))
    return Math.min(ttl, probedAt + (isOnlyUnbound ? LIFE.unbound : LIFE.failed))
  }
  const policy = enforcedPolicy(facts, now)
  return Math.min(
    ttl,
    probedAt + LIFE.qualified,
    ...(policy === undefined ? [] : [policyEnd(policy)]),
    ...match.map(({ until }) => until),
    ...(match.some(({ isPartlyUntested }) => isPartlyUntested)
      ? [probedAt + LIFE.partlyUntested]
      : []),
  )
}

/** Codes that do not speak against the server itself. */
const HARMLESS: ReadonlySet<string> = new Set([
  'dns_insecure_mx',
  'implicit_mx',
  'mx_cname',
  'rsa_lt_3000',
  'cert_sig_rsa_pkcs1_v15',
  'ocsp_unavailable',
  'crl_unavailable',
  'dane_unusable',
])

const isFailure = (code: string): boolean => !HARMLESS.has(code)
