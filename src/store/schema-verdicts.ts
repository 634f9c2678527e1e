import type { ColumnType, GeneratedAlways } from 'kysely'
import type { Level } from '../policy/model.js'
import type { ConfirmationKind } from './verdicts.js'

/**
 * The tables of the prober. What servers offer is the same for all customers, so none of them belongs
 * to one; who writes to whom stands in the records.
 */
export interface VerdictSchema {
  domain_schedule: DomainScheduleTable
  domain_verdict: DomainVerdictTable
  domain_facts: DomainFactsTable
  domain_verdict_change: DomainVerdictChangeTable
  confirmation: ConfirmationTable
  probe_quota: ProbeQuotaTable
}

/** A domain that is known, and when it is looked at. */
export interface DomainScheduleTable {
  domain: string
  /** `named` by a person, who alone takes it out again; else known from `traffic`. */
  origin: 'traffic' | 'named'
  known_at: number
  /** When mail for it was last seen, or a person last named it. */
  seen_at: number
  due_at: number
  /** Tries in a row that found nothing out. */
  tries: number
  /** From when somebody waits for it. */
  asked_at: number | null
  asked_why: string | null
  leased_until: number
  leased_by: string | null
}

interface VerdictColumns {
  domain: string
  level: Exclude<Level, 'internal'>
  until: number
  /** Host names, with a space between two. */
  match_hosts: string
  /** Digests, with a space between two. */
  spki: string
  /** 0 or 1. */
  dane: number
  profile: string
  edition: string
  /** JSON. */
  reasons: string
  saved_at: number
}

/** The verdict in force. */
export interface DomainVerdictTable extends VerdictColumns {
  /** Digest of the rules that it was made by; empty: before they were noted. */
  rules: string
  probed_at: number
  /** `levels-revision` when it was saved. */
  revision: number
  /** Of the last try, when it found nothing out and this verdict still held. */
  tried_at: number | null
  tried_reasons: string | null
}

/** What the verdict in force was made of. */
export interface DomainFactsTable {
  domain: string
  /** JSON. */
  facts: string
}

export interface DomainVerdictChangeTable extends VerdictColumns {
  id: GeneratedAlways<number>
  /** 1, or 0 when the earlier one still held. */
  in_force: number
}

/** An administrator's word that servers are those of a domain. */
export interface ConfirmationTable {
  id: GeneratedAlways<number>
  kind: ConfirmationKind
  pattern: string
  confirmed_by: string
  reason: string
  confirmed_at: number
  until: number | null
  withdrawn_at: number | null
}

/** How often somebody has had domains looked at within an hour. */
export interface ProbeQuotaTable {
  asker: string
  /** Hours since 1970. */
  hour: number
  asked: ColumnType<number, number, number>
}
