import type { Attempt, Delivery, QueueEntryLog } from '../store/evidence.js'
import { POLICY_LOOKUP, readFailure, type FailureKind } from './failure-text.js'

/** Why a lane did not deliver. */
export interface LaneCause {
  readonly kind: 'tls' | 'nxdomain' | 'null-mx' | 'other'
  /** Enhanced status code of the line that decided; empty when it has none. */
  readonly dsn: string
  /** What the log says; a server's own words may be in it. */
  readonly text: string
}

/** Narrows the log of a queue entry that several recipients share. */
export interface CauseScope {
  readonly recipient?: string
  /**
   * Names of the mail servers of the recipient's domain, `.example.net` for all below: where one of
   * them was tried, the others that the log names belong to other recipients.
   */
  readonly hosts?: readonly string[]
}

/**
 * What the log says about why a lane hands a queue entry over, in the try that is under way: since
 * the line that ended the try before.
 *
 * `tls` only if at least one server failed by TLS and none that was reached failed otherwise. A server
 * that greylists or is full may take the message later with the protection that it was pinned for, so
 * a mixture is `other`. Servers that were not reached don't count beside others: a second MX that is
 * long dead, or an IPv6 address where there is no IPv6, would keep a message in its lane for days. No
 * protection is lost by that, as every cause only leads to a new decision with the same demands.
 *
 * Postfix says nothing under the queue id before it hands over when no server was reached at all (no
 * such domain, null MX, DNS without an answer, connection refused, a `dane-only` policy that the
 * domain can't meet): see `earlierCauseOf`. `nxdomain` and `null-mx` come from lanes without a
 * fallback only.
 *
 * Gives   undefined when the log has said nothing about this try yet.
 */
export function causeOf(
  entry: QueueEntryLog,
  lane: string,
  scope: CauseScope = {},
): LaneCause | undefined {
  const ends = endsOfTries(entry.deliveries, lane, scope)
  return judge(attemptsOf(entry, lane, scope, ends.at(-1)?.at ?? -Infinity, Infinity))
}

/**
 * The same for the try before, to be asked when the log stays silent in this one: lines without a
 * queue id ("connect to …", "TLS policy lookup for …") can be told to belong to an entry only by the
 * line that ends the try, and what kept Postfix from connecting to anybody then most likely does now.
 *
 * Gives   undefined when there was no earlier try or it says nothing either.
 */
export function earlierCauseOf(
  entry: QueueEntryLog,
  lane: string,
  scope: CauseScope = {},
): LaneCause | undefined {
  const ends = endsOfTries(entry.deliveries, lane, scope)
  const last = ends.at(-1)
  if (last === undefined) return undefined
  const attempts = attemptsOf(entry, lane, scope, ends.at(-2)?.at ?? -Infinity, last.at)
  return judge(attempts) ?? finalCause(last)
}

/** Lines that ended a try of the lane for the recipient, oldest first. */
function endsOfTries(
  deliveries: readonly Delivery[],
  lane: string,
  { recipient }: CauseScope,
): readonly Delivery[] {
  const wanted = recipient?.toLowerCase()
  return deliveries.filter(
    delivery =>
      delivery.service === lane &&
      (wanted === undefined || delivery.recipient.toLowerCase() === wanted),
  )
}

interface Judged {
  readonly kind: FailureKind
  readonly attempt: Attempt
}

function attemptsOf(
  entry: QueueEntryLog,
  lane: string,
  scope: CauseScope,
  after: number,
  until: number,
): readonly Judged[] {
  const judged = entry.attempts
    .filter(({ service, at }) => service === lane && at > after && at <= until)
    .filter(attempt => isOfDomain(attempt, scope))
    .map(attempt => ({ kind: readFailure(attempt.text)?.kind ?? 'other', attempt }))
  const { hosts } = scope
  if (hosts === undefined) return judged
  const ours = judged.filter(({ attempt }) => hosts.some(host => isServer(attempt.relay, host)))
  return ours.length > 0 ? ours : judged
}

/** The line about a policy names the domain, so that of another recipient's can be told apart. */
function isOfDomain({ text }: Attempt, { recipient }: CauseScope): boolean {
  const domain = POLICY_LOOKUP.exec(text)?.groups?.['domain']
  if (domain === undefined || recipient === undefined) return true
  return recipient.toLowerCase().endsWith(`@${domain.toLowerCase()}`)
}

function isServer(relay: string, host: string): boolean {
  const name = relay.slice(0, Math.max(relay.indexOf('['), 0)).toLowerCase()
  const wanted = host.toLowerCase()
  return wanted.startsWith('.') ? name.endsWith(wanted) : name === wanted
}

function judge(attempts: readonly Judged[]): LaneCause | undefined {
  const last = attempts.at(-1)
  if (last === undefined) return undefined
  const counted = attempts.filter(({ kind }) => kind !== 'unreached')
  const other = counted.findLast(({ kind }) => kind !== 'tls')
  const decisive = other ?? counted.at(-1) ?? last
  return causeFrom(decisive.kind, decisive.attempt.dsn, decisive.attempt.text)
}

/** What the line that ended the try says itself, unless that is an answer of our own listener. */
function finalCause({ status, relay, dsn, text }: Delivery): LaneCause | undefined {
  if (status === 'sent' || LOOPBACK.test(relay)) return undefined
  const failure = readFailure(text)
  return failure === undefined ? undefined : causeFrom(failure.kind, dsn, text)
}

/** A next hop that is given as a loopback address, as the listeners are; servers of others have names. */
const LOOPBACK = /^(?:127\.[\d.]+|::1)\[/

function causeFrom(kind: FailureKind, dsn: string, text: string): LaneCause {
  // Only a lasting code makes a lasting cause, whatever was cut off the text.
  const isLasting = dsn.startsWith('5.')
  switch (kind) {
    case 'tls':
      return { kind, dsn, text }
    case 'nxdomain':
    case 'null-mx':
      return { kind: isLasting ? kind : 'other', dsn, text }
    case 'unreached':
    case 'other':
      return { kind: 'other', dsn, text }
    default:
      return kind satisfies never
  }
}
