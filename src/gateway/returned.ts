import { bug } from '../errors.js'
import type { LaneCause } from '../evidence/cause.js'
import type { Pass } from '../policy/lanes.js'
import { normalDomain } from '../policy/matcher.js'
import { entryQueueId, type Passage } from './passage.js'
import { keepInLane, temporaryFailure, type Answer } from './reply.js'
import { askerOf } from './transit.js'
import type { GatewayDependencies, Visit } from './visit.js'
import { awaitsNewKeys, NOT_VERIFIED } from './renewed-keys.js'
import { causeOfReturn } from './way-back.js'

/** What is known of a message that a lane may have handed back. */
export type Return =
  /** It did not come back, or TLS could not be had: it is decided anew, without that lane. */
  | { readonly kind: 'decide' }
  /** Nobody takes mail for its recipients. */
  | { readonly kind: 'unreachable'; readonly enhanced: string; readonly why: string }
  /** The lane is to keep it and try again. */
  | { readonly kind: 'keep'; readonly answer: Answer }

const DECIDE: Return = Object.freeze({ kind: 'decide' })
const NO_DOMAIN: Return = Object.freeze({
  kind: 'unreachable',
  enhanced: '5.1.2',
  why: 'the domain does not exist',
})
const NULL_MX: Return = Object.freeze({
  kind: 'unreachable',
  enhanced: '5.1.10',
  why: 'the domain takes no mail (null MX)',
})

const KEYS_ARE_ASKED = 'the keys of its servers are looked at again'

/** The lane that hands back at each listener. */
const LANE_OF: Readonly<Partial<Record<Pass, string>>> = { 're-qtls': 'qtls', 're-tls': 'tls' }

/**
 * Learns why a lane handed a message back: from DNS where the domain can take no mail, else from the
 * log.
 *
 * Only TLS that could not be had leads to a new decision. A server that greylists, is down or full
 * is tried again by the lane. What nobody can explain stays in the lane, and so does a message that
 * comes without a reference: no lane of ours sent it.
 */
export async function learnReturn(
  visit: Visit,
  passage: Passage,
  deps: GatewayDependencies,
): Promise<Return> {
  const lane = LANE_OF[passage.pass]
  if (lane === undefined) return DECIDE
  const { queueId } = visit.tx
  if (passage.earlier === undefined) {
    const reason = passage.doubt
    const fields = { queue_id: queueId, lane, reason }
    deps.log.error('a lane handed over a message that it was never given', fields)
    return { kind: 'keep', answer: temporaryFailure(queueId) }
  }
  const domains = domainsOf(visit.mail.envelope.recipients)
  const [domain = ''] = domains
  if (domains.length === 1) {
    const state = await deps.askDomain(domain)
    if (state === 'nxdomain') return NO_DOMAIN
    if (state === 'null-mx') return NULL_MX
  }
  const cause = await causeFor(visit, passage, lane, deps)
  if (cause === undefined) {
    deps.log.warn('the log does not say why a lane handed a message back', {
      queue_id: queueId,
      lane,
      domain,
      reason: 'the follower may be late; the lane keeps the message and tries again',
    })
    return { kind: 'keep', answer: keepInLane(lane, 'the log has not said why', queueId) }
  }
  const { kind, dsn, text } = cause
  deps.log.info('a lane handed a message back', {
    queue_id: queueId,
    lane,
    code: dsn,
    reason: text,
  })
  switch (kind) {
    case 'tls':
      await askAgain(domains, `the lane ${lane}: ${text}`, visit, passage, deps)
      if (NOT_VERIFIED.test(text) && (await awaitsKeys(domains, visit, passage, deps)))
        return { kind: 'keep', answer: keepInLane(lane, KEYS_ARE_ASKED, queueId) }
      return DECIDE
    case 'nxdomain':
      return NO_DOMAIN
    case 'null-mx':
      return NULL_MX
    case 'other':
      return { kind: 'keep', answer: keepInLane(lane, text, queueId) }
    default:
      return bug(`a cause ${String(kind satisfies never)}`)
  }
}

/** Has domains looked at again; they count for the sender like those that a message waits for. */
async function askAgain(
  domains: readonly string[],
  why: string,
  { mail, engine }: Visit,
  passage: Passage,
  { store }: GatewayDependencies,
): Promise<void> {
  const perHour = engine.config.prober.on_demand_per_hour
  const quota = { asker: askerOf(passage, mail), perHour }
  for (const domain of domains) await store.requestProbe(domain, why, quota)
}

async function causeFor(
  { mail, engine, signal }: Visit,
  passage: Passage,
  lane: string,
  { store }: GatewayDependencies,
): Promise<LaneCause | undefined> {
  const [recipient] = mail.envelope.recipients
  const domains = domainsOf(mail.envelope.recipients)
  const customer = passage.earlier?.customer ?? ''
  const levels = await store.levels(customer, domains)
  const hosts = domains.flatMap(domain => levels.get(domain)?.match ?? [])
  const scope = {
    ...(recipient === undefined ? {} : { recipient }),
    ...(hosts.length === 0 ? {} : { hosts }),
  }
  const timeoutMs = engine.config.postfix.cause_timeout
  const since = passage.earlier?.firstAt
  return causeOfReturn(
    { queueId: entryQueueId(mail, passage), since, lane, scope, timeoutMs, signal },
    store,
  )
}

/** Whether one of the domains may only have changed its keys since the prober saw them. */
async function awaitsKeys(
  domains: readonly string[],
  { engine, mail }: Visit,
  passage: Passage,
  { store, hasMapKeys, now }: GatewayDependencies,
): Promise<boolean> {
  const pinned = domains.filter(hasMapKeys)
  if (pinned.length === 0) return false
  const customer = passage.earlier?.customer ?? ''
  const levels = await store.levels(customer, pinned)
  const entry = await store.queueEntry(entryQueueId(mail, passage) ?? '', passage.earlier?.firstAt)
  const limitMs = engine.config.policy.wait_limit
  return pinned.some(domain =>
    awaitsNewKeys(levels.get(domain), entry.attempts, { now: now(), limitMs }),
  )
}

function domainsOf(recipients: readonly string[]): readonly string[] {
  const domains = recipients.map(address => address.slice(address.lastIndexOf('@') + 1))
  return [...new Set(domains.map(normalDomain))]
}
