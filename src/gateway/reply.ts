import type { RecipientDecision } from '../policy/model.js'
import type { Route } from '../policy/route.js'
import type { WaitReason } from '../store/transit.js'

/** What Postfix is told at end of message, before it is put into the milter's words; SMTP codes are here only. */
export type Answer =
  | { readonly kind: 'pass' }
  /** Taken, and delivered to nobody: what it says has been done. */
  | { readonly kind: 'discard' }
  | {
      readonly kind: 'refuse'
      /** 451 or 550. */
      readonly code: number
      readonly enhanced: string
      readonly lines: readonly string[]
    }

export const PASS: Answer = Object.freeze({ kind: 'pass' })
export const DISCARD: Answer = Object.freeze({ kind: 'discard' })

interface RefusalContext {
  readonly queueId: string | undefined
  /** Whom the sender may ask; empty: nobody is named. */
  readonly contact: string
}

/** How many recipients a reply names before it only counts them. */
const NAMED_RECIPIENTS = 5

/**
 * The answer while Postfix has no lanes: from what was decided for each recipient to one for the
 * message as a whole.
 *
 * One message has one answer here, so what cannot be had for one recipient is refused for all: a
 * part of the recipients is never silently left out. A permanent no goes before a temporary one.
 *
 * Source  RFC 3463 (X.7.1 delivery not authorised, X.7.0 other security status)
 */
export function answerFor(
  recipients: readonly RecipientDecision[],
  context: RefusalContext,
): Answer {
  const rejected = recipients.filter(({ action }) => REFUSED[action] === 'permanent')
  if (rejected.length > 0) return refusal(550, '5.7.1', rejected, recipients.length, context)
  const waiting = recipients.filter(({ action }) => REFUSED[action] === 'temporary')
  if (waiting.length > 0) return refusal(451, '4.7.1', waiting, recipients.length, context)
  return PASS
}

/** The answer when something of ours failed: the message stays with the client or in the queue. */
export function temporaryFailure(queueId: string | undefined): Answer {
  return {
    kind: 'refuse',
    code: 451,
    enhanced: '4.7.1',
    lines: [`Mail protection is not available, try again later${inBrackets(queueId)}`],
  }
}

/**
 * The answer for a message whose way is found: bound or left to Postfix it passes, refused it ends
 * with a reason for each recipient, waiting it stays where it is.
 *
 * `enhanced`: the status code of a refusal, 5.7.1 unless something more exact is known.
 */
export function answerForRoute(
  route: Route,
  recipients: readonly RecipientDecision[],
  context: RefusalContext & { readonly reference: string; readonly enhanced?: string | undefined },
): Answer {
  switch (route.kind) {
    case 'pin':
    case 'leave':
      return PASS
    case 'refuse':
      return refusal(550, context.enhanced ?? '5.7.1', recipients, recipients.length, context)
    case 'wait':
      return waiting(route.why, recipients, context)
    case 'stuck':
      return temporaryFailure(context.queueId)
    default:
      return route satisfies never
  }
}

/** The answer to a lane that hands back what another try may deliver: it keeps the message. */
export function keepInLane(lane: string, text: string, queueId: string | undefined): Answer {
  const lines = [
    `The lane ${lane} keeps the message: ${ascii(text, 400)}`,
    `Deferred by mail protection${inBrackets(queueId)}`,
  ]
  return { kind: 'refuse', code: 451, enhanced: '4.7.1', lines }
}

/** The answer to a sender who gave a password or a number that will not do. */
export function givenRefused(why: string, context: RefusalContext): Answer {
  const lines = [
    `The message cannot be sealed as asked: ${ascii(why, 400)}`,
    lastLine(550, context),
  ]
  return { kind: 'refuse', code: 550, enhanced: '5.7.1', lines }
}

/** The answer to a mail that should have answered a question, and does not. */
export function answerRefused(why: string, context: RefusalContext): Answer {
  const lines = [`No answer was taken: ${ascii(why, 400)}`, lastLine(550, context)]
  return { kind: 'refuse', code: 550, enhanced: '5.7.1', lines }
}

/** The answer to a client that may not send outside. */
export function notRelayed(why: string, context: RefusalContext): Answer {
  const lines = [`Not relayed: ${ascii(why, 400)}`, lastLine(550, context)]
  return { kind: 'refuse', code: 550, enhanced: '5.7.1', lines }
}

/** `reference …` is what the follower of the log finds the queue entry by. */
function waiting(
  why: WaitReason,
  recipients: readonly RecipientDecision[],
  { queueId, reference }: { readonly queueId: string | undefined; readonly reference: string },
): Answer {
  const lines = recipients.slice(0, NAMED_RECIPIENTS).map(({ address, why: reason }) => {
    const text = why === 'paused' ? 'outgoing mail is stopped by the operator' : reason
    return `<${ascii(address, 100)}>: ${ascii(text, 300)}`
  })
  lines.push(`Waiting ${WAITS_FOR[why]}, reference ${reference}${inBrackets(queueId)}`)
  return { kind: 'refuse', code: 451, enhanced: '4.7.1', lines }
}

const WAITS_FOR: Readonly<Record<WaitReason, string>> = {
  wait: 'until the domain has been tested; nothing to do for the sender',
  ask: 'for the answer of its sender, who has been asked',
  hold: 'for a release by the data-protection officer',
  paused: 'until the operator lets mail go on',
}

/** Answer as it stands in the record and in the log: `250`, `451 4.7.1`, `550 5.7.1`. */
export function answerCode(answer: Answer): string {
  return answer.kind !== 'refuse' ? '250' : `${answer.code} ${answer.enhanced}`
}

/**
 * What each action means while Postfix cannot be steered to lanes: what needs sealing or another
 * product is refused for good, what waits for somebody is deferred.
 */
const REFUSED: Readonly<
  Record<RecipientDecision['action'], 'permanent' | 'temporary' | undefined>
> = {
  deliver: undefined,
  seal: 'permanent',
  ask: 'permanent',
  reject: 'permanent',
  'hand-over': 'permanent',
  wait: 'temporary',
  hold: 'temporary',
}

function refusal(
  code: number,
  enhanced: string,
  refused: readonly RecipientDecision[],
  total: number,
  context: RefusalContext,
): Answer {
  const lines = refused
    .slice(0, NAMED_RECIPIENTS)
    .map(({ address, why }) => `<${ascii(address, 100)}>: ${ascii(why, 300)}`)
  const unnamed = refused.length - NAMED_RECIPIENTS
  if (unnamed > 0) lines.push(`and ${unnamed} more`)
  if (refused.length < total) lines.push('The message was not sent to any of its recipients')
  lines.push(lastLine(code, context))
  return { kind: 'refuse', code, enhanced, lines }
}

function lastLine(code: number, { queueId, contact }: RefusalContext): string {
  const verb = code < 500 ? 'Deferred' : 'Refused'
  const whom = contact === '' ? '' : `, contact ${ascii(contact, 200)}`
  return `${verb} by mail protection${inBrackets(queueId)}${whom}`
}

function inBrackets(queueId: string | undefined): string {
  return queueId === undefined ? '' : ` (${queueId})`
}

/** Printable ASCII, as SMTP replies need it (RFC 5321, section 4.2), cut at `maxLength`. */
function ascii(text: string, maxLength: number): string {
  return text.replace(/[^\x20-\x7e]/gu, '?').slice(0, maxLength)
}
