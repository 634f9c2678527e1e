import { createHash } from 'node:crypto'
import type { Config } from '../config/load.js'
import type { Mail } from '../message/mail.js'
import type { RecipientDecision } from '../policy/model.js'
import type { Store } from '../store/store.js'
import type { WaitReason, Waiting } from '../store/transit.js'
import { entryQueueId, type Passage } from './passage.js'

/** A recipient at split, as the waiting room knows it. */
export interface Guest {
  /** The same in every try of Postfix, whatever queue id the message has by then. */
  readonly key: string
  readonly recipient: string
  readonly row: Waiting | undefined
}

/** What has become of somebody's waiting by now. */
export type WaitState = 'none' | 'waiting' | 'released' | 'cancelled' | 'expired'

/**
 * Finds the row of the one recipient that a message has at split.
 *
 * The key is made of the first pass's reference; a message from nobody is known by its body.
 * Gives   undefined for a message with several recipients, which split never has.
 */
export async function guestOf(
  mail: Mail,
  { earlier }: Passage,
  bodyHash: string,
  customer: string,
  store: Pick<Store, 'waiting'>,
): Promise<Guest | undefined> {
  const [recipient, ...others] = mail.envelope.recipients
  if (recipient === undefined || others.length > 0) return undefined
  const message = earlier === undefined ? `nobody ${bodyHash}` : earlier.root
  const key = createHash('sha256')
    .update([customer, message, mail.envelope.sender, recipient].join('\0'))
    .digest('hex')
    .slice(0, 40)
  return { key, recipient, row: await store.waiting(key) }
}

/** `now` in epoch milliseconds. */
export function waitState(guest: Guest | undefined, now: number): WaitState {
  const row = guest?.row
  if (row === undefined) return 'none'
  if (row.verdict !== undefined) return row.verdict
  // Nobody's patience ends while everything is stopped.
  if (row.why === 'paused') return 'waiting'
  return now >= row.until ? 'expired' : 'waiting'
}

export interface SeatFacts {
  readonly mail: Mail
  readonly guest: Guest
  readonly customer: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Whether the sender may be told: a stranger's address may be forged. */
  readonly mayTell: boolean
}

export interface WaitFacts extends SeatFacts {
  readonly passage: Passage
  readonly decision: RecipientDecision
  readonly why: WaitReason
  readonly reference: string
  /** Epoch milliseconds; undefined: as the settings say for the reason. */
  readonly until?: number | undefined
}

/**
 * Notes that somebody waits, and prepares the notice to the sender that goes out if it takes long.
 *
 * Gives   the row; its reference is the number that every text names.
 */
export async function takeSeat(
  facts: WaitFacts,
  config: Config,
  store: Pick<Store, 'wait' | 'addNotice'>,
): Promise<Waiting> {
  const { mail, passage, guest, decision, why, at, customer } = facts
  const since = guest.row?.since ?? at
  const queueId = entryQueueId(mail, passage)
  const { sender } = mail.envelope
  const row = await store.wait({
    key: guest.key,
    customer,
    reference: guest.row?.reference ?? passage.earlier?.root ?? facts.reference,
    sender,
    recipient: guest.recipient,
    domain: decision.domain,
    why,
    queueId,
    since,
    until: facts.until ?? since + limitOf(why, config),
    at,
  })
  // Who is asked is told by the question.
  if (facts.mayTell && sender !== '' && why !== 'ask') {
    await store.addNotice({
      kind: 'waiting',
      key: guest.key,
      customer,
      to: sender,
      recipient: guest.recipient,
      reference: row.reference,
      why: decision.why,
      messageId: `waiting.${guest.key}`,
      createdAt: at,
      notBefore: since + config.notices.after,
      cause: queueId,
    })
  }
  return row
}

/**
 * Ends a waiting. Who was told that the message waits is told how it ended.
 *
 * `why` is what was decided in the end, for those who are told that nothing came of it.
 */
export async function leaveSeat(
  { mail, guest, customer, at, mayTell }: SeatFacts,
  { how, why }: { readonly how: 'delivered' | 'rejected'; readonly why: string },
  config: Config,
  store: Pick<Store, 'endWait' | 'addNotice'>,
): Promise<void> {
  const { row } = guest
  if (row === undefined) return
  await store.endWait(guest.key, how)
  const { sender } = mail.envelope
  const wasTold = at - row.since >= config.notices.after
  if (!wasTold || !mayTell || sender === '') return
  const kind = how === 'delivered' ? 'delivered' : 'ended'
  await store.addNotice({
    kind,
    key: guest.key,
    customer,
    to: sender,
    recipient: guest.recipient,
    reference: row.reference,
    why,
    messageId: `${kind}.${guest.key}`,
    createdAt: at,
    notBefore: at,
    cause: undefined,
  })
}

function limitOf(why: WaitReason, { policy }: Config): number {
  return why === 'hold' ? policy.hold_limit : policy.wait_limit
}
