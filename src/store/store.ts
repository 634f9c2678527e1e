import type { Pass } from '../policy/lanes.js'
import type { Decision, Level } from '../policy/model.js'
import type { QueueEntryLog } from './evidence.js'
import type { NewNotice } from './outbox.js'
import type { ProbeQuota } from './verdicts.js'
import type { QuestionStore } from './questions.js'
import type { SealingStore } from './sealing.js'
import type { Transit, WaitEnd, Waiting, WaitingEntry } from './transit.js'

/**
 * What the other rooms know of the store. One implementation over Kysely serves SQLite (in a
 * worker thread, so that no query stalls a milter session) and PostgreSQL.
 *
 * Every method rejects with a temporary GatewayError (ERR_STORE_…) when the database is locked,
 * full, damaged or late; the caller answers 451.
 */
export interface Store {
  /** Resolves when the record is durable; concurrent calls share one transaction. */
  record(message: MessageRecord): Promise<void>
  /** Levels of the domains that the store knows, for one customer; served from memory. */
  levels(customer: string, domains: readonly string[]): Promise<ReadonlyMap<string, DomainLevel>>
  /** Whether an operator has stopped all outgoing mail; at most a second old. */
  paused(): Promise<boolean>
  /** Facts that an earlier pass left under its reference; undefined when there are none. */
  transit(reference: string): Promise<Transit | undefined>
  /** Notes that a recipient waits, or waits on: one row a key. Gives the row as it is then. */
  wait(entry: WaitingEntry): Promise<Waiting>
  /** The row of a key, as long as the waiting is not over. */
  waiting(key: string): Promise<Waiting | undefined>
  /** Ends the waiting of a key, if there is one, and drops notices about it that are still held. */
  endWait(key: string, how: WaitEnd): Promise<void>
  /**
   * What the log has said about a queue entry. Postfix may use an id again: the newest entry, or
   * the first that was there at `since` (epoch milliseconds), with nothing from before.
   */
  queueEntry(queueId: string, since?: number): Promise<QueueEntryLog>
  /** Puts a notice into the outbox; a second one of the same kind for the same key is ignored. */
  addNotice(notice: NewNotice): Promise<void>
  /**
   * Asks the prober to look at a domain; asking again changes nothing. Beyond the quota it is looked at
   * later.
   */
  requestProbe(domain: string, why: string, quota?: ProbeQuota): Promise<void>
  /** The key that reference codes are made with; made once, 32 random bytes. */
  referenceKey(): Promise<Buffer>
  /** What sealing keeps. */
  readonly sealing: SealingStore
  /** Questions to senders. */
  readonly questions: QuestionStore
  close(): Promise<void>
}

export interface DomainLevel {
  readonly domain: string
  readonly level: Exclude<Level, 'internal'>
  /** Epoch milliseconds after which the level counts as undetermined; undefined: no end. */
  readonly until: number | undefined
  /** Host names, from validated DNS, one of which the certificate must have; empty: the domain. */
  readonly match: readonly string[]
  /** Whether DANE protects every server of the domain. */
  readonly dane: boolean
  /** When the prober found out what it says, epoch milliseconds; absent: an administrator says it. */
  readonly probedAt?: number
}

/** One message as decided in one pass. Subjects and content are never part of it. */
export interface MessageRecord {
  /** Our opaque reference, unique. */
  readonly reference: string
  readonly customer: string
  /** Epoch milliseconds at end of message. */
  readonly at: number
  readonly queueId: string | undefined
  readonly messageId: string | undefined
  readonly sender: string
  readonly authUser: string | undefined
  readonly clientAddress: string | undefined
  readonly sizeBytes: number
  readonly mode: 'enforce' | 'observe'
  /** SMTP reply given at end of message, such as `250`, `451 4.7.1`, `550 5.7.1`. */
  readonly reply: string
  readonly tookMs: number
  readonly decision: Decision
  readonly pass: Pass
  /** Reference of the first pass; undefined in that one, and for a message from nobody. */
  readonly root: string | undefined
  /** What the next pass may believe; undefined when the message ends here or waits. */
  readonly transit: Transit | undefined
}
