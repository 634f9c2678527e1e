import { applyEdits } from './apply-edits.js'
import { logDecision } from './decision-log.js'
import { givenIn, withoutGiven } from './given-password.js'
import type { GatewayDependencies, Visit } from './visit.js'
import { withLevels } from './levels.js'
import { decideMail } from './pipeline.js'
import { messageIdOf, recordOf } from './record.js'
import { newReference } from './reference.js'
import { answerCode, answerFor, type Answer } from './reply.js'

const FIRST = Object.freeze({ pass: 'first', earlier: undefined, doubt: undefined } as const)

/**
 * A message while Postfix has no lanes: one decision and one answer for all of its recipients. What
 * cannot be had for one is refused for all, and the transport is what Postfix's own settings make of it.
 */
export async function wholePass(visit: Visit, deps: GatewayDependencies): Promise<Answer> {
  const { mail, engine, tx, customer, signal } = visit
  const { store, log, now } = deps
  const at = now()
  const started = performance.now()
  const { config, host, policy } = engine
  const { sender } = mail.envelope
  const decision = await decideMail(
    mail,
    {
      host,
      policy,
      isInternalDomain: engine.isInternalDomain,
      sender: { ...mail.envelope, address: sender },
      levelsOf: recipients => withLevels(recipients, customer, store, at),
      waitedTooLong: async () => {
        const id = messageIdOf(mail)
        if (id === undefined) return false
        const earlier = await store.findMessages(customer, id)
        const own = earlier.filter(record => record.sender === sender)
        return own.some(record => at - record.at >= config.policy.wait_limit)
      },
    },
    signal,
  )
  const { recipients } = decision
  const answer = answerFor(recipients, { queueId: tx.queueId, contact: config.reply.contact })
  const leaves = answer.kind === 'pass' && recipients.some(({ level }) => level !== 'internal')
  const edits = leaves ? await host.rewrite(mail, decision, signal) : []
  const taken = withoutGiven(edits, givenIn(visit, FIRST))
  applyEdits(taken, mail, tx)
  const reference = newReference()
  const tookMs = Math.round((performance.now() - started) * 10) / 10
  const { mode } = config
  const reply = answerCode(answer)
  // A message that is given up already has its answer, and that was not this one.
  signal.throwIfAborted()
  const facts = { mail, decision, customer, mode, reply, at, tookMs, reference }
  await store.record(recordOf({ ...facts, passage: FIRST, transit: undefined }))
  logDecision(log, tx.queueId, decision, {
    customer,
    mode,
    reference,
    reply,
    size: mail.source.size,
    edits: edits.length,
    ms: tookMs,
  })
  return answer
}
