import { fieldsNamed } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'
import {
  REFERENCE_HEADER,
  REQUEUED,
  SPLIT_LANE,
  isProductLane,
  type Pass,
} from '../policy/lanes.js'
import type { Store } from '../store/store.js'
import type { Transit } from '../store/transit.js'
import type { ReferenceCodes } from './reference.js'

/** Where a message stands on its way, and what of its past is believed. */
export interface Passage {
  readonly pass: Pass
  /** Facts of the pass before; undefined for a message from outside or from nobody. */
  readonly earlier: Transit | undefined
  /** Why there are none although the message came by a listener; for the log. */
  readonly doubt: string | undefined
  /** Lanes of products that this message has come back from as if it were new. */
  readonly handedOver?: readonly string[]
}

/**
 * Finds what an earlier pass left about a message that comes by a listener.
 *
 * Believed only with exactly one reference whose code is right, for the very body that left that
 * pass, and, once there was a single final recipient, for the same sender and recipient. Everything
 * else is a message from nobody, whoever connected.
 */
export async function passageOf(
  mail: Mail,
  pass: Pass,
  bodyHash: string,
  store: Pick<Store, 'transit'>,
  codes: ReferenceCodes,
): Promise<Passage> {
  if (pass === 'first') {
    const handedOver = await productsBefore(mail, store, codes)
    return { pass, earlier: undefined, doubt: undefined, handedOver }
  }
  const nobody = (doubt: string): Passage => ({ pass, earlier: undefined, doubt })
  const fields = fieldsNamed(mail.root, REFERENCE_HEADER)
  const [field] = fields
  if (field === undefined) return nobody('no reference')
  if (fields.length > 1) return nobody('several references')
  const reference = codes.referenceIn(field.value)
  if (reference === undefined) return nobody('a reference that is not ours')
  const earlier = await store.transit(reference)
  if (earlier === undefined) return nobody('a reference that is not on record')
  if (earlier.bodyHash !== bodyHash) return nobody('the reference of another message')
  if (earlier.recipient !== undefined) {
    const { sender, recipients } = mail.envelope
    if (sender !== earlier.sender) return nobody('the reference of another sender')
    if (recipients.some(recipient => recipient !== earlier.recipient))
      return nobody('the reference of another recipient')
  }
  return { pass, earlier, doubt: undefined }
}

/**
 * The lanes that were tried so far, oldest first.
 *
 * A message that was bound to a lane leading out, and comes by split without having been handed back,
 * was sent on its way anew (`postsuper -r`): that lane has not failed.
 */
export function triedBefore({ pass, earlier, handedOver }: Passage): readonly string[] {
  if (earlier === undefined) return handedOver ?? []
  const { pinned, tried } = earlier
  const isRequeued = pass === 're-split' && pinned !== undefined && pinned !== SPLIT_LANE
  return isRequeued ? [...tried.slice(0, -1), REQUEUED] : tried
}

/**
 * Products that a message which looks new was given to before. Nothing else of its past is believed;
 * who forges this only keeps his own message from being handed over too often.
 */
async function productsBefore(
  mail: Mail,
  store: Pick<Store, 'transit'>,
  codes: ReferenceCodes,
): Promise<readonly string[]> {
  const [field] = fieldsNamed(mail.root, REFERENCE_HEADER)
  const reference = field === undefined ? undefined : codes.referenceIn(field.value)
  const before = reference === undefined ? undefined : await store.transit(reference)
  return before?.tried.filter(isProductLane) ?? []
}

/**
 * Queue id of the entry that a listener is being handed: the topmost Received field is the one that
 * Postfix's cleanup gave that entry, also after `postsuper -r`; else the one on record.
 */
export function entryQueueId(mail: Mail, { earlier }: Passage): string | undefined {
  const [received] = fieldsNamed(mail.root, 'Received')
  const [, id] = /\bid\s+([0-9A-Za-z]{5,32})(?=[\s;]|$)/.exec(received?.value ?? '') ?? []
  return id ?? earlier?.queueId
}
