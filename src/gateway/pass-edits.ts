import type { Config } from '../config/load.js'
import { fieldsNamed } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'
import type { Transaction } from '../milter/index.js'
import { LANE_HEADER, REFERENCE_HEADER, productLane } from '../policy/lanes.js'
import type { RiskClass } from '../policy/model.js'
import type { Passage } from './passage.js'
import { SIGNATURE } from './transit.js'

type Product = Config['product'][number]

export interface PassEdits {
  readonly mail: Mail
  readonly passage: Passage
  readonly class: RiskClass
  /** Value of the reference header. */
  readonly referenceField: string
  readonly pinned: string | undefined
  readonly products: readonly Product[]
  /** Another has taken the place of the message: of its header nothing is left that could be stale. */
  readonly isNew?: boolean
  /** Whatever its class, a report about it must not return its content. */
  readonly reportsHeadersOnly?: boolean
}

/**
 * The edits by which a message is led: everything of ours that came with it goes, reference and lane
 * are put on.
 */
export function leadMessage(tx: Transaction, edits: PassEdits): void {
  const { mail, passage, pinned, products } = edits
  for (const name of [LANE_HEADER, REFERENCE_HEADER]) removeAll(tx, mail, name)
  if (edits.isNew !== true) removeStaleSignatures(tx, mail, passage)
  for (const product of products) {
    const { name, value } = triggerOf(product)
    if (name === '') continue
    if (edits.isNew !== true) removeAll(tx, mail, name)
    if (pinned === productLane(product.name)) tx.edits.addHeader(name, value)
  }
  if (edits.class !== 'normal' || edits.reportsHeadersOnly === true) reportHeadersOnly(tx)
  tx.edits.addHeader(REFERENCE_HEADER, edits.referenceField)
  if (pinned !== undefined) tx.edits.addHeader(LANE_HEADER, pinned)
}

/** Binds a message without looking at it: what observing does with mail that lanes bring back. */
export function pinOnly(tx: Transaction, lane: string): void {
  tx.edits.removeHeader(LANE_HEADER)
  tx.edits.addHeader(LANE_HEADER, lane)
}

function removeAll(tx: Transaction, mail: Mail, name: string): void {
  if (fieldsNamed(mail.root, name).length > 0) tx.edits.removeHeader(name)
}

/**
 * A signer behind us signs in every pass. Only the last signature can be right, so those that were
 * added since the first pass go; signers put theirs on top. Signatures of the sender's own stay.
 */
function removeStaleSignatures(tx: Transaction, mail: Mail, { earlier }: Passage): void {
  if (earlier === undefined) return
  const added = fieldsNamed(mail.root, SIGNATURE).length - earlier.signatures
  for (let occurrence = 1; occurrence <= added; occurrence += 1)
    tx.edits.removeHeader(SIGNATURE, occurrence)
}

/**
 * A report of non-delivery returns the header only (RFC 3461, section 4.3): what needs protection
 * must not come back in the clear, or go to whoever the sender is.
 */
function reportHeadersOnly(tx: Transaction): void {
  const { address, parameters } = tx.sender
  if (address === '' || parameters.get('RET')?.toUpperCase() === 'HDRS') return
  const envid = parameters.get('ENVID')
  tx.edits.changeSender(address, {
    ret: 'hdrs',
    ...(envid === undefined || envid === '' ? {} : { envid: fromXtext(envid) }),
  })
}

/** RFC 3461, section 4: `+` and two hexadecimal digits stand for a character. */
function fromXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}

function triggerOf({ trigger_header: text }: Product): { name: string; value: string } {
  const colon = text.indexOf(':')
  if (colon < 0) return { name: '', value: '' }
  return { name: text.slice(0, colon), value: text.slice(colon + 1).trim() }
}
