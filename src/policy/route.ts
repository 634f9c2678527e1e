import { REQUEUED, SPLIT_LANE, type Pass } from './lanes.js'
import type { Decision, RecipientDecision } from './model.js'

/** What the way of a message depends on besides the decision. */
export interface RouteFacts {
  readonly pass: Pass
  /** Every lane that an earlier pass pinned this message to, oldest first. */
  readonly tried: readonly string[]
  /** Postfix sends copies of its own, makes one recipient another, or filters content after us. */
  readonly bindsLater: boolean
  /** An operator has stopped all outgoing mail. */
  readonly paused: boolean
}

/** What becomes of the message as a whole in this pass. */
export type Route =
  /** Bound to a lane; `final` when that lane leads out. */
  | { readonly kind: 'pin'; readonly lane: string; readonly final: boolean }
  /** Postfix chooses: internal recipients their transports, everybody else the split lane. */
  | { readonly kind: 'leave' }
  /** Refused for good, for every recipient of this pass. */
  | { readonly kind: 'refuse' }
  /** Deferred until an answer is there. */
  | { readonly kind: 'wait'; readonly why: 'wait' | 'ask' | 'hold' | 'paused' }
  /** Deferred, and an operator must look: something is not wired as it should be. */
  | { readonly kind: 'stuck'; readonly why: string }

/** Most times that one message is handed to the same lane anew (retries of Postfix don't count). */
const MAX_TRIES = 2
/** An administrator may requeue a message again and again (`postsuper -r`), but no loop is endless. */
const MAX_REQUEUES = 20

const LEAVE: Route = Object.freeze({ kind: 'leave' })
const REFUSE: Route = Object.freeze({ kind: 'refuse' })
const TO_SPLIT: Route = Object.freeze({ kind: 'pin', lane: SPLIT_LANE, final: false })

/**
 * Finds the way of a message: what the decisions for its recipients mean for the message as a whole,
 * at this place.
 *
 * In the first pass a message is bound only if everybody gets the same; what differs is left to
 * Postfix, which brings it back at split one final recipient at a time. At split something is always
 * said. What comes back from a lane is never bound to it again.
 */
export function routeFor(decision: Decision, facts: RouteFacts): Route {
  const route = ways[facts.pass](decision.recipients, facts)
  if (route.kind !== 'pin') return route
  const times = facts.tried.filter(lane => lane === route.lane).length
  const requeued = facts.tried.filter(lane => lane === REQUEUED).length
  if (requeued >= MAX_REQUEUES) return stuck(`the message was requeued ${requeued} times`)
  if (times < MAX_TRIES) return route
  return stuck(`the message has been handed to the lane ${route.lane} ${times} times already`)
}

type Way = (recipients: readonly RecipientDecision[], facts: RouteFacts) => Route

const ways: Readonly<Record<Pass, Way>> = {
  first: (recipients, { paused, bindsLater }) => {
    if (recipients.length === 0 || recipients.some(isInternal)) return LEAVE
    if (!paused && recipients.every(isRefused)) return REFUSE
    if (paused || bindsLater) return LEAVE
    const lane = commonLane(recipients)
    return lane === undefined ? LEAVE : pin(lane)
  },
  're-split': (recipients, { paused }) => {
    const [recipient] = recipients
    if (recipient === undefined || recipients.length > 1)
      return stuck('the split lane handed over several recipients at once')
    if (isInternal(recipient)) return stuck('an internal recipient came by the split lane')
    if (paused) return { kind: 'wait', why: 'paused' }
    if (isRefused(recipient)) return REFUSE
    const { action, lane } = recipient
    if (action === 'wait' || action === 'ask' || action === 'hold')
      return { kind: 'wait', why: action }
    return lane === null ? stuck(`the decision ${action} names no lane`) : pin(lane)
  },
  're-qtls': (recipients, facts) => wayBack('qtls', recipients, facts),
  're-tls': (recipients, facts) => wayBack('tls', recipients, facts),
}

function wayBack(
  from: string,
  recipients: readonly RecipientDecision[],
  { paused }: RouteFacts,
): Route {
  if (recipients.every(isInternal)) return LEAVE
  if (recipients.some(isInternal))
    return stuck(`internal and external recipients came back from the lane ${from} together`)
  if (paused) return { kind: 'wait', why: 'paused' }
  if (recipients.every(isRefused)) return REFUSE
  const lane = commonLane(recipients)
  return lane === undefined || lane === from ? TO_SPLIT : pin(lane)
}

/** The lane by which everybody is delivered; undefined when they differ or not all are. */
function commonLane(recipients: readonly RecipientDecision[]): string | undefined {
  const [first] = recipients
  if (first === undefined || first.lane === null) return undefined
  const isSame = recipients.every(({ action, lane }) => action === 'deliver' && lane === first.lane)
  return isSame ? first.lane : undefined
}

function isRefused({ action }: RecipientDecision): boolean {
  return action === 'reject'
}

function isInternal({ level }: RecipientDecision): boolean {
  return level === 'internal'
}

function pin(lane: string): Route {
  return { kind: 'pin', lane, final: true }
}

function stuck(why: string): Route {
  return { kind: 'stuck', why }
}
