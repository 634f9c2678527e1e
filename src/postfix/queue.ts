import { outputOf, type RunPostfix } from './run.js'

/** A message in Postfix's queue, as far as lanes care. */
export interface QueueEntry {
  readonly queueId: string
  /** `incoming`, `active`, `deferred`, `hold`, … */
  readonly queue: string
  readonly recipients: readonly QueuedRecipient[]
}

export interface QueuedRecipient {
  readonly address: string
  /** Why it was deferred; empty when it was not. */
  readonly reason: string
}

/** Letters and digits, as Postfix makes its queue ids, short or long. */
const QUEUE_ID = /^[0-9A-Za-z]{5,32}$/

/** A listing of a hundred thousand messages. */
const MAX_LISTING_BYTES = 256 * 1024 * 1024

/**
 * Makes Postfix try a deferred message at once; it needs no root on the default instance.
 *
 * Gives   false when Postfix refuses: the id is unknown by now, or this user may not flush.
 * Source  postqueue(1), -i
 */
export async function deliverNow(run: RunPostfix, queueId: string): Promise<boolean> {
  if (!QUEUE_ID.test(queueId)) return false
  return (await run('postqueue', ['-i', queueId])).code === 0
}

/** Makes Postfix try everything that is deferred. */
export async function deliverAll(run: RunPostfix): Promise<void> {
  await outputOf(run, 'postqueue', ['-f'])
}

/** The queue as `postqueue -j` (Postfix 3.1 and later) lists it. */
export async function listQueue(run: RunPostfix): Promise<readonly QueueEntry[]> {
  const options = { maxOutputBytes: MAX_LISTING_BYTES, timeoutMs: 60_000 }
  const listing = await outputOf(run, 'postqueue', ['-j'], options)
  return listing.split('\n').flatMap(line => parseEntry(line) ?? [])
}

/** One line of `postqueue -j`; undefined for what is none. */
export function parseEntry(line: string): QueueEntry | undefined {
  if (line.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (thrown) {
    // Postfix escapes what it prints, so a line that is cut off is all that can come here.
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
  const entry = asRecord(value)
  const { queue_id: queueId, queue_name: queue, recipients } = entry
  if (typeof queueId !== 'string' || typeof queue !== 'string') return undefined
  if (!Array.isArray(recipients)) return undefined
  return Object.freeze({
    queueId,
    queue,
    recipients: recipients.map(item => {
      const { address, delay_reason: reason } = asRecord(item)
      return { address: textOf(address), reason: textOf(reason) }
    }),
  })
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
