import { fieldsNamed } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'
import type { Label, RiskClass } from '../policy/model.js'
import { rulesBehind } from '../policy/risk.js'
import type { Transit } from '../store/transit.js'
import { triedBefore, type Passage } from './passage.js'

export interface TransitFacts {
  readonly mail: Mail
  readonly passage: Passage
  readonly reference: string
  readonly customer: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly riskClass: RiskClass
  /** Of the body as it leaves this pass. */
  readonly bodyHash: string
  readonly pinned: string | undefined
  readonly released: boolean
  readonly labels: readonly Label[]
  /** Format of the letter that this pass has put in the place of the message. */
  readonly sealed: string | undefined
}

/** What this pass leaves for the next one to believe. */
export function transitOf(facts: TransitFacts): Transit {
  const { mail, passage, reference, pinned } = facts
  const { pass, earlier } = passage
  const { envelope } = mail
  const sealed = facts.sealed ?? earlier?.sealed
  const vouched = earlier ?? vouchedFor(passage, mail)
  return Object.freeze({
    reference,
    root: earlier?.root ?? reference,
    parent: earlier?.reference,
    pass,
    customer: facts.customer,
    queueId: envelope.queueId,
    firstAt: earlier?.firstAt ?? facts.at,
    sender: envelope.sender,
    recipient: pass === 're-split' ? envelope.recipients[0] : earlier?.recipient,
    bodyHash: facts.bodyHash,
    floor: facts.riskClass,
    authUser: vouched.authUser,
    clientCert: vouched.clientCert,
    clientAddress: vouched.clientAddress,
    pinned,
    tried: Object.freeze([...triedBefore(passage), ...(pinned === undefined ? [] : [pinned])]),
    signatures: earlier?.signatures ?? fieldsNamed(mail.root, SIGNATURE).length,
    released: facts.released,
    stated: Object.freeze([...new Set([...(earlier?.stated ?? []), ...rulesBehind(facts.labels)])]),
    sealed,
  })
}

/** DKIM's field (RFC 6376, section 3.5). */
export const SIGNATURE = 'DKIM-Signature'

/** Who sends, as far as Postfix vouches for it: of somebody at a listener it knows nothing. */
export function vouchedFor(
  { pass, earlier }: Passage,
  { envelope }: Mail,
): Partial<Pick<Transit, 'authUser' | 'clientCert' | 'clientAddress' | 'stated'>> {
  if (earlier !== undefined) return earlier
  if (pass !== 'first') return {}
  return envelope
}

/** Who is held to how many domains may be looked at for one sender. */
export function askerOf(passage: Passage, mail: Mail): string {
  const { authUser, clientAddress } = vouchedFor(passage, mail)
  return authUser ?? clientAddress ?? mail.envelope.sender
}
