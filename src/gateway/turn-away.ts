import type { Admission } from '../policy/connector.js'
import type { Decision, RecipientDecision } from '../policy/model.js'
import { logDecision } from './decision-log.js'
import { withLevels } from './levels.js'
import { classifyRecipients } from './recipients.js'
import { recordOf } from './record.js'
import { newReference } from './reference.js'
import { PASS, answerCode, notRelayed, type Answer } from './reply.js'
import { unseenDecision } from './unseen.js'
import type { GatewayDependencies, Visit } from './visit.js'

type Objection = Extract<Admission, { readonly kind: 'unknown' }>

/**
 * Why a client may not send this message: Postfix may have let it in for a certificate that does not
 * suffice. Who has logged in needs none, and mail for the inside is no relaying.
 */
export function objectionTo({ admission, mail, engine }: Visit): Objection | undefined {
  if (admission.kind !== 'unknown' || mail.envelope.authUser !== undefined) return undefined
  const recipients = classifyRecipients(mail.envelope.recipients, engine.isInternalDomain)
  return recipients.some(({ internal }) => !internal) ? admission : undefined
}

/**
 * Refuses a message for its client, before anybody looks into it. It is on record; with
 * `mode = "observe"` that is all.
 */
export async function turnAway(
  { mail, engine, tx, customer, signal }: Visit,
  objection: Objection,
  { store, log, now }: GatewayDependencies,
): Promise<Answer> {
  const at = now()
  const started = performance.now()
  const { queueId } = tx
  const { mode, reply: settings } = engine.config
  const addressed = classifyRecipients(mail.envelope.recipients, engine.isInternalDomain)
  const recipients = await withLevels(addressed, customer, store, at)
  const decision = refused(recipients, objection)
  const answer =
    mode === 'observe' ? PASS : notRelayed(objection.why, { queueId, contact: settings.contact })
  const reference = newReference()
  const passage = { pass: 'first', earlier: undefined, doubt: undefined } as const
  const reply = answerCode(answer)
  signal.throwIfAborted()
  const tookMs = Math.round((performance.now() - started) * 10) / 10
  const facts = { mail, decision, customer, mode, reply, at, tookMs, reference }
  await store.record(recordOf({ ...facts, passage, transit: undefined }))
  logDecision(log, queueId, decision, {
    customer,
    mode,
    reference,
    reply,
    client: mail.envelope.clientAddress,
    reason: objection.why,
    size: mail.source.size,
    ms: tookMs,
  })
  return answer
}

function refused(
  recipients: readonly Pick<RecipientDecision, 'address' | 'domain' | 'level'>[],
  { row, why }: Objection,
): Decision {
  return unseenDecision(
    recipients.map(({ address, domain, level }) => ({
      address,
      domain,
      level,
      action: 'reject',
      row,
      why,
    })),
    'refused for its client, not looked at',
  )
}
