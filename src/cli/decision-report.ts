import type { MessageRecord } from '../store/store.js'

/** One line of a report: what was decided for one recipient. */
export interface ReportRow {
  readonly at: string
  readonly reference: string
  readonly queue_id: string | null
  readonly message_id: string | null
  readonly customer: string
  readonly sender: string
  readonly class: string
  readonly content: string
  readonly system: string | null
  readonly coverage: string
  readonly recipient: string | null
  readonly domain: string | null
  readonly level: string | null
  readonly action: string | null
  readonly lane: string | null
  readonly row: string | null
  readonly why: string | null
  readonly mode: string
  readonly reply: string
}

/** Names of the columns, in the order of `ReportRow`; the first says what the table is not. */
export const CSV_HEADING: readonly string[] = [
  'decided at (no proof of delivery)',
  'reference',
  'queue id',
  'message id',
  'customer',
  'sender',
  'class',
  'content',
  'system',
  'coverage',
  'recipient',
  'domain',
  'level',
  'decided action',
  'decided lane',
  'row',
  'why',
  'mode',
  'reply',
]

/** The lines of one message, one for each recipient; one line also for a message without any. */
export function reportRows(record: MessageRecord): readonly ReportRow[] {
  const { decision } = record
  const { content } = decision
  const recipients = decision.recipients.length === 0 ? [undefined] : decision.recipients
  return recipients.map(recipient => ({
    at: new Date(record.at).toISOString(),
    reference: record.reference,
    queue_id: record.queueId ?? null,
    message_id: record.messageId ?? null,
    customer: record.customer,
    sender: record.sender,
    class: decision.class,
    content: content.verdict,
    system: content.system,
    coverage: content.coverage,
    recipient: recipient?.address ?? null,
    domain: recipient?.domain ?? null,
    level: recipient?.level ?? null,
    action: recipient?.action ?? null,
    lane: recipient?.lane ?? null,
    row: recipient?.row ?? null,
    why: recipient?.why ?? null,
    mode: record.mode,
    reply: record.reply,
  }))
}

/**
 * A line of CSV. A cell that a spreadsheet would take for a formula gets an apostrophe in front:
 * addresses and Message-IDs are the sender's choice.
 *
 * Source  RFC 4180, section 2; OWASP, CSV Injection
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map(cell => csvCell(cell ?? '')).join(',')}\r\n`
}

function csvCell(text: string): string {
  const safe =
    /^[\s\0]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(text) || /^[\t\r\n]/.test(text)
      ? `'${text}`
      : text
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
