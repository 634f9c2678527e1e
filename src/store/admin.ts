import type { EvidenceBatch, FollowPosition } from './evidence.js'
import type { Notice } from './outbox.js'
import type { DomainLevel, MessageRecord } from './store.js'
import type { Waiting, WaitReason } from './transit.js'

/** Stands for all customers: in a level, for every customer that has none of its own. */
export const ALL_CUSTOMERS = '*'

/**
 * What commands and housekeeping ask of the store, beside `Store`. Errors are those of `Store`;
 * wrong values throw ERR_STORE_INPUT. `customer` names one customer or ALL_CUSTOMERS.
 */
export interface StoreAdmin {
  /** Sets a level for a domain, or with a leading dot for everything below it. */
  setLevel(change: LevelChange): Promise<void>
  /** Takes one back, so that what the prober finds counts again; false when there is none. */
  unsetLevel(change: LevelRemoval): Promise<boolean>
  /** Levels that administrators set, by domain, read page by page; all customers' for ALL_CUSTOMERS. */
  listLevels(customer: string): AsyncIterable<LevelEntry>
  /** Every level that a domain had, newest first. */
  levelHistory(customer: string, domain: string): Promise<readonly LevelEntry[]>
  /**
   * Sets levels from lines `DOMAIN,LEVEL[,UNTIL[,REASON[,MATCH[,DANE]]]]` (comma, semicolon or tab).
   *
   * Gives   one result for each line that is not empty or a comment; a wrong line has `error`, and
   *         the rest goes on.
   */
  importLevels(lines: Lines, options: ImportOptions): AsyncIterable<ImportResult>
  /** Records by queue id, Message-ID (with or without brackets) or reference, newest first. */
  findMessages(customer: string, id: string): Promise<readonly MessageRecord[]>
  /** Records between two times (`to` excluded), oldest first, read page by page. */
  decisions(query: DecisionQuery): AsyncIterable<MessageRecord>
  /** Makes the table of customers say what the settings say. */
  syncCustomers(customers: readonly CustomerEntry[]): Promise<void>
  /** Customers known by the settings or by a record, with their domains. */
  listCustomers(): Promise<readonly CustomerEntry[]>
  /**
   * Deletes what is older than the retention allows, in small steps, so that records of new
   * messages are not held up.
   *
   * Gives   how much was deleted.
   */
  purge(options?: { readonly signal?: AbortSignal }): Promise<PurgeResult>
  /**
   * Writes a consistent copy to a file that does not exist yet, while the daemon goes on.
   *
   * Throws  ERR_STORE_UNSUPPORTED on PostgreSQL, which has pg_dump.
   */
  backup(file: string, onProgress?: (progress: BackupProgress) => void): Promise<void>
  /** Reads everything. Gives what is wrong, one sentence each; empty when nothing is. */
  checkIntegrity(): Promise<readonly string[]>
  /** Administrative acts, newest first, at most 1,000. */
  listAudit(customer: string): Promise<readonly AuditEntry[]>
  /** What is known of levels in short: set by administrators and found by the prober together. */
  levelSummary(sampleSize: number): Promise<LevelSummary>
  /** A number that rises with every change of levels. */
  levelsRevision(): Promise<number>
  /** Stops all outgoing mail at split, or lets it go on; on record. */
  setPaused(paused: boolean, by: string, reason: string): Promise<void>
  /** Who waits, oldest first. */
  listWaiting(query: WaitingQuery): Promise<readonly Waiting[]>
  /**
   * Notes a person's decision on those who are on hold or wait: `id` is a reference, a queue id or a key.
   *
   * Gives   the rows concerned; empty when the id names nobody who waits.
   */
  decideWaiting(decision: WaitingDecision): Promise<readonly Waiting[]>
  /**
   * Rows whose answer may be there now: decided by a person, over their limit, or waiting for a
   * domain whose level is known; each at most once in `againAfterMs`, but a second time soon where
   * Postfix may have been busy with the message still.
   */
  waitingToWake(againAfterMs: number): Promise<readonly Waiting[]>
  /** Keeps what the log said, with the position behind it, and releases notices whose cause is queued. */
  saveEvidence(batch: EvidenceBatch): Promise<void>
  followPosition(source: string): Promise<FollowPosition | undefined>
  /** When the follower last kept something or said that it lives; undefined: never (epoch ms). */
  followedAt(): Promise<number | undefined>
  /** Notices that are released and due, oldest first; each is the caller's for five minutes. */
  dueNotices(limit: number): Promise<readonly Notice[]>
  noticeSent(id: number): Promise<void>
  /** Tries again not before `notBefore` (epoch milliseconds). */
  noticeFailed(id: number, notBefore: number): Promise<void>
  /** Every pass of one message, oldest first, by the reference of any of them. */
  passesOf(reference: string): Promise<readonly MessageRecord[]>
}

export interface WaitingQuery {
  readonly customer: string
  readonly why?: WaitReason
}

export interface WaitingDecision {
  readonly customer: string
  readonly id: string
  readonly recipient?: string
  readonly verdict: 'released' | 'cancelled'
  readonly by: string
  readonly reason: string
}

export interface LevelChange {
  readonly customer: string
  readonly domain: string
  readonly level: DomainLevel['level']
  /** Epoch milliseconds; absent: no end. */
  readonly until?: number
  readonly match?: readonly string[]
  readonly dane?: boolean
  /** Where mail goes to a fixed host: `[mx.example.org]:25`; absent: to the domain's own. */
  readonly nextHop?: string
  /** Who did it: a login name. */
  readonly by: string
  readonly reason: string
}

export interface LevelSummary {
  readonly count: number
  /** Those whose time is over. */
  readonly expired: number
  /** When the last one came; undefined: there is none. Epoch milliseconds. */
  readonly changedAt: number | undefined
  /** Names of some domains. */
  readonly sample: readonly string[]
}

export type LevelRemoval = Pick<LevelChange, 'customer' | 'domain' | 'by' | 'reason'>

export interface LevelEntry extends DomainLevel {
  readonly customer: string
  readonly nextHop?: string
  readonly changedAt: number
  readonly changedBy: string
  readonly reason: string
}

export type Lines = Iterable<string> | AsyncIterable<string>

export interface ImportOptions {
  readonly customer: string
  readonly by: string
  /** For lines that give none. */
  readonly reason: string
}

export type ImportResult =
  | { readonly line: number; readonly domain: string; readonly level: DomainLevel['level'] }
  | { readonly line: number; readonly error: string }

export interface DecisionQuery {
  readonly customer: string
  /** Epoch milliseconds, included. */
  readonly from: number
  /** Epoch milliseconds, excluded. */
  readonly to: number
}

export interface CustomerEntry {
  readonly name: string
  readonly domains: readonly string[]
}

export interface PurgeResult {
  readonly messages: number
  /** Notes on administrative acts. */
  readonly notes: number
  /** Queue entries, with what the log said about them. */
  readonly evidence: number
  /** Waits that are over, notices, and domains to be tested. */
  readonly waits: number
}

export interface BackupProgress {
  readonly totalPages: number
  readonly remainingPages: number
}

export interface AuditEntry {
  readonly at: number
  readonly customer: string
  readonly actor: string
  readonly act: string
  readonly object: string
  readonly detail: string
}
