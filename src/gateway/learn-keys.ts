import { reasonOf } from '../errors.js'
import { headerAddresses } from '../message/address.js'
import { passOf } from '../policy/lanes.js'
import { normalDomain } from '../policy/matcher.js'
import { classifyRecipients } from './recipients.js'
import { isVouchedFor } from './seal-plan.js'
import { daemonName, type GatewayDependencies, type Visit } from './visit.js'

/** A signature is verified over the whole mail, which has to be in memory for that. */
const MAX_MAIL = 2 * 1024 * 1024

/** What a signed mail is, by its first lines (RFC 8551, sections 3.5.2 and 3.5.3). */
const SIGNED = /^(?:multipart\/signed|application\/(?:x-)?pkcs7-mime)$/

const FIRST = Object.freeze({ pass: 'first', earlier: undefined, doubt: undefined } as const)

/**
 * Learns the certificate of whoever has signed a mail to inside, where the settings want that. Mail of
 * the own side is never looked at: neither from who has logged in, nor with an own sender, nor to
 * anybody outside.
 *
 * A failure is logged and changes nothing for the mail, which has its answer.
 */
export async function learnKeys(
  visit: Visit,
  { sealing, log }: Pick<GatewayDependencies, 'sealing' | 'log'>,
): Promise<void> {
  const { mail, engine, tx, signal } = visit
  const keys = sealing?.recipientKeys
  if (keys === undefined || !engine.config.keys.harvest || !isFromOutside(visit)) return
  const { recipients } = mail.envelope
  const customers = [...new Set(recipients.map(engine.customerOf))]
  try {
    const count = await keys.learn(mail, customers, signal)
    if (count > 0) log.info('a certificate was learnt', { queue_id: tx.queueId, count })
  } catch (thrown) {
    if (signal.aborted) return
    log.warn('the certificate of a signed mail was not learnt', {
      queue_id: tx.queueId,
      reason: reasonOf(thrown),
    })
  }
}

function isFromOutside({ mail, engine, tx }: Visit): boolean {
  const { sender, recipients } = mail.envelope
  if (passOf(daemonName(tx)) !== 'first' || mail.source.size > MAX_MAIL) return false
  if (!SIGNED.test(mail.root.type) || recipients.length === 0) return false
  if (isVouchedFor(mail, FIRST, engine)) return false
  const writers = [sender, ...headerAddresses(mail.root, 'from')]
  if (writers.some(one => engine.isInternalDomain(domainOf(one)))) return false
  return classifyRecipients(recipients, engine.isInternalDomain).every(({ internal }) => internal)
}

function domainOf(address: string): string {
  return normalDomain(address.slice(address.lastIndexOf('@') + 1))
}
