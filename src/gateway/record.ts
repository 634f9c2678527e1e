import type { Mail } from '../message/mail.js'
import type { Decision } from '../policy/model.js'
import type { MessageRecord } from '../store/store.js'
import type { Passage } from './passage.js'
import { vouchedFor } from './transit.js'

/** What the record of a message is made from. */
export interface RecordFacts {
  readonly mail: Mail
  readonly decision: Decision
  readonly customer: string
  readonly mode: MessageRecord['mode']
  readonly reply: string
  readonly at: number
  readonly tookMs: number
  readonly reference: string
  readonly passage: Passage
  readonly transit: MessageRecord['transit']
}

/** The record of one message: envelope, decision and answer; never subject or content. */
export function recordOf(facts: RecordFacts): MessageRecord {
  const { mail, decision, customer, mode, reply, at, tookMs, reference } = facts
  const { passage, transit } = facts
  const { envelope, source } = mail
  // At a listener the client is Postfix itself; who it was stands in the facts of the first pass.
  const { authUser, clientAddress } = vouchedFor(passage, mail)
  return Object.freeze({
    reference,
    customer,
    at,
    queueId: envelope.queueId,
    messageId: messageIdOf(mail),
    sender: envelope.sender,
    authUser,
    clientAddress,
    sizeBytes: source.size,
    mode,
    reply,
    tookMs,
    decision,
    pass: passage.pass,
    root: passage.earlier?.root,
    transit,
  })
}

/** Longest Message-ID that is kept: a longer one is nobody's to search for. */
const MAX_MESSAGE_ID = 998

/** Message-ID of the first field of that name, without angle brackets; undefined when absent. */
export function messageIdOf(mail: Mail): string | undefined {
  const field = mail.root.fields.find(({ name }) => name.toLowerCase() === 'message-id')
  const id = field?.value.replace(/^<|>$/g, '').slice(0, MAX_MESSAGE_ID)
  return id === '' ? undefined : id
}
