import type { Level } from '../policy/model.js'

/** What a domain's servers are worth by the rules of a TLS profile at a time. */
export interface DomainVerdict {
  readonly domain: string
  readonly level: Exclude<Level, 'internal'>
  /** Worst first. */
  readonly reasons: readonly Reason[]
  /** Names that a certificate must have, as Postfix checks them; empty unless qualified. */
  readonly match: readonly string[]
  /** SHA-256 of the public keys that were seen, as Postfix prints them; of the hosts in `match`. */
  readonly spki: readonly string[]
  /** Every host in `match` is authenticated by TLSA records, so Postfix may insist on them. */
  readonly dane: boolean
  /** Epoch milliseconds; what is found out later may differ. */
  readonly until: number
  /** `bsi-compatible`, and the edition of the guideline that its rules name. */
  readonly profile: string
  readonly edition: string
  /** Every server by itself, in the order of the facts. */
  readonly hosts: readonly HostVerdict[]
  /** What binds the domain to its servers, and what each way would gain. */
  readonly bindings: readonly BindingGain[]
}

export interface HostVerdict {
  readonly host: string
  /** What it would be worth if it were the only one; bindings that do not count are left out. */
  readonly level: DomainVerdict['level']
  readonly dane: boolean
}

/**
 * Ways to know that a server is the domain's own. `dnssec`: MX and address records are signed.
 * `dane`: and TLSA records match. `mta-sts`: a policy in enforce mode names it. `confirmation`: an
 * administrator vouches for it. `own-name`: its name lies within the domain, and its certificate is
 * good for it. `agreement`: several independent resolvers have said so for a while.
 */
export const BINDINGS = [
  'dnssec',
  'dane',
  'mta-sts',
  'confirmation',
  'own-name',
  'agreement',
] as const
export type Binding = (typeof BINDINGS)[number]

/** Those that count when nothing else is said. */
export const DEFAULT_BINDINGS: readonly Binding[] = ['dnssec', 'dane', 'mta-sts', 'confirmation']

export interface BindingGain {
  readonly binding: Binding
  readonly counts: boolean
  /** The servers that it holds for. */
  readonly hosts: readonly string[]
  /** Level of the domain if it counted for the servers that it holds for. */
  readonly level: DomainVerdict['level']
  /** Level of the domain if it counted and held for every server. */
  readonly levelIfHeld: DomainVerdict['level']
}

export const SEVERITIES = ['fail', 'warn', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** A check that says something; `code` is one of `reason-codes.ts`. */
export interface Reason {
  readonly code: string
  readonly severity: Severity
  readonly host?: string
  readonly ip?: string
  /** What varies: phase, size, path, date. Never more than a few short values. */
  readonly evidence: Readonly<Record<string, unknown>>
}
