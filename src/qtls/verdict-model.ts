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
  /** Every host is authenticated by usable TLSA records. */
  readonly dane: boolean
  /** Epoch milliseconds; what is found out later may differ. */
  readonly until: number
  /** `bsi-compatible`, and the edition of the guideline that its rules name. */
  readonly profile: string
  readonly edition: string
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
