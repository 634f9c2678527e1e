import { readDelivery, type DeliveryLine } from './delivery-line.js'
import { readFailure } from './failure-text.js'
import type { LogLine } from './log-line.js'
import { outsideText } from './outside-text.js'
import { readTlsLine, type TlsLine } from './tls-line.js'

/** What one line tells, taken by itself. */
export type LogEvent =
  | ({ readonly kind: 'delivery'; readonly queueId: string } & DeliveryLine)
  /** Postfix gives the whole queue entry up. */
  | { readonly kind: 'expired'; readonly queueId: string; readonly status: string }
  /** The queue entry is gone. */
  | { readonly kind: 'removed'; readonly queueId: string }
  | ({ readonly kind: 'tls' } & TlsLine)
  /** Why a TLS session is not what it should be; what follows from it is another line. */
  | { readonly kind: 'remark'; readonly relay: string; readonly text: string }
  /** A server did not take the message. `queueId` is undefined where the line does not name it. */
  | {
      readonly kind: 'attempt'
      readonly queueId: string | undefined
      readonly relay: string
      readonly dsn: string
      readonly text: string
      readonly endsSession: boolean
    }

/**
 * Reads one line.
 *
 * A queue id counts only where Postfix writes it, at the very beginning: one in the words of a server
 * or in an address is text. Lines that hold content of a message (header checks) are never taken.
 *
 * Gives   undefined for a line that says nothing about a delivery.
 */
export function readEvent({ program, text }: LogLine): LogEvent | undefined {
  const [start, queueId] = QUEUE_ID.exec(text) ?? []
  if (start === undefined || queueId === undefined)
    return CLIENTS.has(program) ? clientEvent(text) : undefined
  const said = text.slice(start.length)
  if (QUEUE_KEEPERS.has(program) && GONE.has(said)) return { kind: 'removed', queueId }
  const status = program === 'qmgr' ? EXPIRED.exec(said)?.[1] : undefined
  if (status !== undefined) return { kind: 'expired', queueId, status }
  const delivery = AGENTS.has(program) ? readDelivery(said) : undefined
  if (delivery !== undefined) return { kind: 'delivery', queueId, ...delivery }
  return CLIENTS.has(program) ? attempt(said, queueId) : undefined
}

/** Short form: microseconds and inode, hexadecimal; long form: base 52 without vowels. */
const QUEUE_ID = /^((?:[0-9A-F]{6,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,32})): /

/** Programs that speak TLS to a server. */
export const CLIENTS: ReadonlySet<string> = new Set(['smtp', 'lmtp'])

const AGENTS: ReadonlySet<string> = new Set([
  'smtp',
  'lmtp',
  'local',
  'virtual',
  'pipe',
  'error',
  'discard',
  'qmgr',
  'bounce',
  'cleanup',
])

const QUEUE_KEEPERS: ReadonlySet<string> = new Set(['qmgr', 'postsuper'])

/** `requeued` (postsuper -r): the message goes on under another queue id. */
const GONE: ReadonlySet<string> = new Set(['removed', 'requeued'])

const EXPIRED = /^from=<.{0,1000}>, status=((?:force-)?expired), returned to sender$/s

function clientEvent(text: string): LogEvent | undefined {
  const tls = readTlsLine(text)
  if (tls !== undefined) return { kind: 'tls', ...tls }
  for (const pattern of REMARKS) {
    const { relay = '', said } = pattern.exec(text)?.groups ?? {}
    if (said !== undefined) return { kind: 'remark', relay, text: outsideText(said, MAX_REMARK) }
  }
  const warned = text.startsWith(WARNING) ? text.slice(WARNING.length) : text
  return WITHOUT_ID.test(warned) ? attempt(warned, undefined) : undefined
}

const WARNING = 'warning: '
const MAX_REMARK = 200

/** Failures that Postfix logs without the queue id, since they are of a server, not of a message. */
const WITHOUT_ID = /^(?:connect to|TLS policy lookup for|no MX host for) /

const REMARKS: readonly RegExp[] = [
  /^(?:server |CA )?certificate verification failed for (?<relay>[^\s,]{1,400}): (?<said>.*)$/s,
  /^SSL_connect error to (?<relay>[^\s,]{1,400}): (?<said>.*)$/s,
  /^warning: TLS library problem: (?<said>.*)$/s,
]

function attempt(said: string, queueId: string | undefined): LogEvent | undefined {
  const failure = readFailure(said)
  if (failure === undefined) return undefined
  const { relay, dsn, endsSession } = failure
  return { kind: 'attempt', queueId, relay, dsn, text: outsideText(said), endsSession }
}
