import type { Selectable } from 'kysely'
import type { Decision } from '../policy/model.js'
import type { FindingTable, LabelTable, MessageTable, RecipientTable } from './schema.js'
import { storable } from './storable.js'
import type { MessageRecord } from './store.js'
import type { Transit } from './transit.js'

export type Value = string | number | null

/** One record as rows, without the numbers that the database gives. */
export interface RecordRows {
  /** In the order of MESSAGE_COLUMNS. */
  readonly message: readonly Value[]
  readonly children: Readonly<Record<ChildName, readonly (readonly Value[])[]>>
}

/** Columns of `message` after `customer_id`, in the order that rows are written. */
export const MESSAGE_COLUMNS = [
  'reference',
  'at',
  'queue_id',
  'message_id',
  'sender',
  'auth_user',
  'client_address',
  'size_bytes',
  'mode',
  'reply',
  'took_ms',
  'class',
  'verdict',
  'system',
  'coverage',
  'strength',
  'content_why',
  'pass',
  'root',
  'transit',
] as const satisfies readonly (keyof MessageTable)[]

/** Columns of the lists after `customer_id`, `message` and `position`. */
export const CHILD_COLUMNS = {
  recipient: ['address', 'domain', 'level', 'action', 'lane', 'table_row', 'why'],
  label: ['plugin', 'label', 'class', 'part', 'seen_count', 'why'],
  finding: ['path', 'system', 'verdict', 'why'],
} as const satisfies {
  recipient: readonly (keyof RecipientTable)[]
  label: readonly (keyof LabelTable)[]
  finding: readonly (keyof FindingTable)[]
}

export type ChildName = keyof typeof CHILD_COLUMNS

export const CHILD_NAMES = ['recipient', 'label', 'finding'] as const satisfies ChildName[]

export function toRows(record: MessageRecord): RecordRows {
  const { content, recipients, labels } = record.decision
  return {
    message: [
      record.reference,
      record.at,
      storable(record.queueId),
      storable(record.messageId),
      storable(record.sender),
      storable(record.authUser),
      storable(record.clientAddress),
      record.sizeBytes,
      record.mode,
      storable(record.reply),
      record.tookMs,
      record.decision.class,
      content.verdict,
      content.system,
      content.coverage,
      content.strength,
      storable(content.why),
      record.pass,
      rootOf(record),
      record.transit === undefined ? null : JSON.stringify(record.transit),
    ],
    children: {
      recipient: recipients.map(r => [
        storable(r.address),
        storable(r.domain),
        r.level,
        r.action,
        storable(r.lane),
        storable(r.row),
        storable(r.why),
      ]),
      label: labels.map(l => [
        storable(l.plugin),
        storable(l.id),
        l.class,
        storable(l.part),
        l.count ?? null,
        storable(l.why),
      ]),
      finding: content.parts.map(p => [storable(p.path), p.system, p.verdict, storable(p.why)]),
    },
  }
}

/** The record that the rows were made from. Children come in the order of their position. */
export function fromRows(
  message: Selectable<MessageTable> & { readonly customer: string },
  recipients: readonly RecipientTable[],
  labels: readonly LabelTable[],
  findings: readonly FindingTable[],
): MessageRecord {
  const decision: Decision = {
    class: message.class,
    labels: labels.map(l => ({
      plugin: l.plugin,
      id: l.label,
      class: l.class,
      ...(l.part === null ? {} : { part: l.part }),
      ...(l.seen_count === null ? {} : { count: l.seen_count }),
      why: l.why,
    })),
    content: {
      verdict: message.verdict,
      system: message.system,
      coverage: message.coverage,
      strength: message.strength,
      parts: findings.map(({ path, system, verdict, why }) => ({ path, system, verdict, why })),
      why: message.content_why,
    },
    recipients: recipients.map(r => ({
      address: r.address,
      domain: r.domain,
      level: r.level,
      action: r.action,
      lane: r.lane,
      row: r.table_row,
      why: r.why,
    })),
  }
  return {
    reference: message.reference,
    customer: message.customer,
    at: message.at,
    queueId: message.queue_id ?? undefined,
    messageId: message.message_id ?? undefined,
    sender: message.sender,
    authUser: message.auth_user ?? undefined,
    clientAddress: message.client_address ?? undefined,
    sizeBytes: message.size_bytes,
    mode: message.mode,
    reply: message.reply,
    tookMs: message.took_ms,
    decision,
    pass: message.pass,
    root: message.root ?? undefined,
    transit: message.transit === null ? undefined : transitFrom(message.transit),
  }
}

/** JSON leaves out what is absent. */
const ABSENT: { readonly [Name in AbsentInTransit]: undefined } = {
  parent: undefined,
  queueId: undefined,
  recipient: undefined,
  authUser: undefined,
  clientCert: undefined,
  clientAddress: undefined,
  pinned: undefined,
  stated: undefined,
  sealed: undefined,
}

type AbsentInTransit = {
  [Name in keyof Transit]-?: undefined extends Transit[Name] ? Name : never
}[keyof Transit]

/** The facts as they were recorded; their JSON escapes what a database could not hold. */
export function transitFrom(json: string): Transit {
  return { ...ABSENT, ...(JSON.parse(json) as Transit) }
}

/** The first pass is its own root, which needs no telling. */
function rootOf({ reference, root, transit }: MessageRecord): string | null {
  const first = root ?? transit?.root ?? reference
  return first === reference ? null : first
}
