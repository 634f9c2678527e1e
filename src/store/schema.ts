import type { ColumnType, GeneratedAlways } from 'kysely'
import type { Pass } from '../policy/lanes.js'
import type { Action, Coverage, Level, RiskClass, System, Verdict } from '../policy/model.js'
import type { TlsSession } from './evidence.js'
import type { QuestionSchema } from './schema-questions.js'
import type { VerdictSchema } from './schema-verdicts.js'
import type { NoticeKind } from './outbox.js'
import type { KeySource, KeySystem } from './recipient-keys.js'
import type { AnswerOutcome, PasswordWay } from './sealing.js'
import type { WaitEnd, WaitReason } from './transit.js'

/**
 * The tables, the same on SQLite and PostgreSQL.
 *
 * Every table that holds data of a customer starts its primary key or an index with `customer_id`,
 * and children of a message refer to (customer_id, id): a child can never belong to another
 * customer than its message. What the log of Postfix says belongs to no customer: it is found by a
 * queue id, and that stands in a record. Times are epoch milliseconds. No subject and no content
 * anywhere.
 */
export interface Schema extends VerdictSchema, QuestionSchema {
  customer: CustomerTable
  customer_domain: CustomerDomainTable
  message: MessageTable
  recipient: RecipientTable
  label: LabelTable
  finding: FindingTable
  domain_level: DomainLevelTable
  domain_level_change: DomainLevelChangeTable
  audit: AuditTable
  waiting: WaitingTable
  notice: NoticeTable
  queue_entry: QueueEntryTable
  delivery: DeliveryTable
  attempt: LineTable
  follow_position: FollowPositionTable
  secret: SecretTable
  plugin_state: PluginStateTable
  encryption_key: EncryptionKeyTable
  letter: LetterTable
  letter_try: LetterTryTable
  letter_answer: LetterAnswerTable
  given_password: GivenPasswordTable
  standing_password: StandingPasswordTable
  refused_format: RefusedFormatTable
  meta: MetaTable
}

export interface CustomerTable {
  id: GeneratedAlways<number>
  /** `*` is the row that stands for all customers; no message belongs to it. */
  name: string
  created_at: number
}

export interface CustomerDomainTable {
  domain: string
  customer_id: number
}

export interface MessageTable {
  id: GeneratedAlways<number>
  customer_id: number
  reference: string
  at: number
  queue_id: string | null
  /** The Message-ID header field. */
  message_id: string | null
  sender: string
  auth_user: string | null
  client_address: string | null
  size_bytes: number
  mode: 'enforce' | 'observe'
  reply: string
  took_ms: number
  class: RiskClass
  verdict: Verdict
  system: System | null
  coverage: Coverage
  strength: 'strong' | 'weak' | 'none'
  content_why: string
  pass: ColumnType<Pass, Pass | undefined, Pass>
  /** Reference of the first pass; null in the first. */
  root: string | null
  /** What the next pass may believe (`Transit`), as JSON; null when the message went no further. */
  transit: string | null
}

/** What the children of a message have in common. */
interface ChildTable {
  customer_id: number
  /** `message.id`. */
  message: number
  /** Place in the list, from 0. */
  position: number
  why: string
}

export interface RecipientTable extends ChildTable {
  address: string
  domain: string
  level: Level
  action: Action
  lane: string | null
  table_row: string
}

export interface LabelTable extends ChildTable {
  plugin: string
  label: string
  class: RiskClass
  part: string | null
  seen_count: number | null
}

/** A protected part of a message (`Decision.content.parts`). */
export interface FindingTable extends ChildTable {
  path: string
  system: System
  verdict: Verdict
}

interface LevelColumns {
  customer_id: number
  domain: string
  level: Exclude<Level, 'internal'>
  until: number | null
  changed_at: number
  changed_by: string
  reason: string
  /** Host names, with a space between two. */
  match_hosts: string
  /** 0 or 1. */
  dane: number
  /** Where mail goes to a fixed host: `[mx.example.org]:25`. */
  next_hop: string | null
}

/** Levels as administrators set them; what the prober finds is in `domain_verdict`. */
export interface DomainLevelTable extends LevelColumns {
  /** `levels-revision` when it was set. */
  revision: ColumnType<number, number | undefined, number>
}

/** Every level that a domain ever had, the one in force included. */
export interface DomainLevelChangeTable extends LevelColumns {
  id: GeneratedAlways<number>
}

/** Administrative acts: who did what when. */
export interface AuditTable {
  id: GeneratedAlways<number>
  at: number
  customer_id: number
  actor: string
  /** kebab-case: `level-set`, `purge`, `backup`. */
  act: string
  object: string
  detail: string
}

/** A recipient who waits, or has waited. */
export interface WaitingTable {
  key: string
  customer_id: number
  reference: string
  sender: string
  recipient: string
  domain: string
  why: WaitReason
  queue_id: string | null
  since: number
  last_try: number
  tries: number
  until: number
  verdict: 'released' | 'cancelled' | null
  decided_by: string | null
  decided_at: number | null
  reason: string | null
  /** When Postfix was last told to try again. */
  woken_at: number | null
  /** Null as long as somebody waits. */
  ended_at: number | null
  ended_how: WaitEnd | null
}

/** What a sender is told. */
export interface NoticeTable {
  id: GeneratedAlways<number>
  customer_id: number
  waiting_key: string
  kind: NoticeKind
  to_address: string
  recipient: string
  reference: string
  why: string
  message_id: string
  created_at: number
  not_before: number
  attempts: number
  /** Queue id whose line in the log releases the notice. */
  cause: string | null
  /** Null while it is held. */
  released_at: number | null
  /** Until then somebody is sending it. */
  taken_until: number
  sent_at: number | null
}

/** A queue entry that the log has spoken of. */
export interface QueueEntryTable {
  id: GeneratedAlways<number>
  queue_id: string
  /** Time of its newest line. */
  last_at: number
  /** 0, or 1 once Postfix has removed it. */
  removed: number
}

/** A line of the log about a queue entry. */
export interface LineTable {
  id: GeneratedAlways<number>
  /** `queue_entry.id`. */
  entry: number
  at: number
  service: string
  relay: string
  dsn: string
  said: string
  /** The same for the same line, so that none is kept twice. */
  digest: string
}

export interface DeliveryTable extends LineTable {
  recipient: string
  status: string
  tls_trust: TlsSession['trust'] | null
  tls_protocol: string | null
  tls_cipher: string | null
  tls_details: string | null
}

export interface FollowPositionTable {
  source: string
  position: string
  /** When the follower was last heard of. */
  at: number
}

export interface SecretTable {
  name: string
  value: string
}

/** What a plugin keeps between messages. */
export interface PluginStateTable {
  plugin: string
  key: string
  value: string
  /** Null: no end. */
  until: number | null
}

/** A certificate or OpenPGP key of a recipient. */
export interface EncryptionKeyTable {
  id: GeneratedAlways<number>
  customer_id: number
  /** Address, or `@domain`. */
  owner: string
  system: KeySystem
  fingerprint: string
  /** Base64. */
  bytes: string
  /** Certificates in base64, with a space between two. */
  chain: string
  /** Whose it is, in its own words. */
  holder: string
  algorithm: string
  not_before: number
  /** Null: no end. */
  not_after: number | null
  source: KeySource
  added_at: number
  added_by: string
  used_at: number | null
}

/** A sealed letter; passwords and telephone numbers are sealed with the key file. */
export interface LetterTable {
  key: string
  customer_id: number
  reference: string
  sender: string
  recipient: string
  domain: string
  format: string
  way: PasswordWay
  /** The password, sealed. */
  secret: string | null
  telephone: string | null
  created_at: number
}

/** A queue entry that a letter was put into, as far as we know. */
export interface LetterTryTable {
  queue_id: string
  key: string
  at: number
}

/** An answer that was tried to open. */
export interface LetterAnswerTable {
  digest: string
  /** Of the letter that it says it answers. */
  key: string
  outcome: AnswerOutcome
  mail: string
  at: number
}

export interface GivenPasswordTable {
  reference: string
  customer_id: number
  secret: string | null
  telephone: string | null
  created_at: number
}

export interface StandingPasswordTable {
  customer_id: number
  sender_domain: string
  recipient: string
  secret: string
  set_at: number
  set_by: string
}

export interface RefusedFormatTable {
  domain: string
  format: string
  at: number
  /** The answer of the server, cut. */
  said: string
}

export interface MetaTable {
  name: string
  /** A counter, a time or a yes (1): `levels-revision` rises with every change of levels. */
  value: ColumnType<number, number, number>
}
