import type { DomainFacts, StsPolicy } from './facts.js'
import type { HostJudgement } from './judge-host.js'
import type { Binding } from './verdict-model.js'

/** An administrator says which servers are those of a domain. */
export interface Confirmation {
  readonly by: string
  readonly reason: string
  /** Host names; `.example.org` for everything below a name. */
  readonly hosts: readonly string[]
}

/** Resolvers that must agree, and for how long, before that is worth something. */
export const AGREEMENT = { resolvers: 3, forMs: 24 * 60 * 60_000 } as const

/** What binds one server to its domain. */
export function bindingsOf(
  host: HostJudgement,
  facts: DomainFacts,
  confirmation: Confirmation | undefined,
  now: number,
): ReadonlySet<Binding> {
  const { domain, mx, agreement } = facts
  const { name } = host
  const found = new Set<Binding>()
  const isSigned = mx.state === 'secure' && host.facts.addressState === 'secure'
  if (isSigned) found.add('dnssec')
  if (isSigned && host.dane) found.add('dane')
  const policy = enforcedPolicy(facts, now)
  if (policy !== undefined && policy.mx.some(pattern => matchesStsPattern(name, pattern)))
    found.add('mta-sts')
  if (confirmation?.hosts.some(pattern => isOrIsBelow(name, pattern)) === true)
    found.add('confirmation')
  if ((name === domain || name.endsWith(`.${domain}`)) && host.pkixLevel === 'qualified')
    found.add('own-name')
  const agrees =
    agreement !== undefined &&
    (agreement.silent ?? 0) === 0 &&
    agreement.resolvers >= AGREEMENT.resolvers &&
    now - agreement.since >= AGREEMENT.forMs &&
    agreement.hosts.includes(name)
  if (agrees) found.add('agreement')
  return found
}

/** The policy of the domain, when it is in enforce mode and still in its time. */
export function enforcedPolicy({ sts }: DomainFacts, now: number): StsPolicy | undefined {
  const { policy } = sts
  if (policy?.mode !== 'enforce') return undefined
  return policyEnd(policy) > now ? policy : undefined
}

/** Epoch milliseconds at which a policy runs out. */
export const policyEnd = ({ fetchedAt, maxAgeSeconds }: StsPolicy): number =>
  fetchedAt + maxAgeSeconds * 1000

/** `*.example.org` stands for exactly one label more (RFC 8461, 4.1). */
export function matchesStsPattern(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase()
  if (!wanted.startsWith('*.')) return host === wanted
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === wanted.slice(1)
}

const isOrIsBelow = (host: string, pattern: string): boolean =>
  pattern.startsWith('.') ? host.endsWith(pattern.toLowerCase()) : host === pattern.toLowerCase()
