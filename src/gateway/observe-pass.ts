import { passOf } from '../policy/lanes.js'
import { logDecision } from './decision-log.js'
import { daemonName, type GatewayDependencies, type Visit } from './visit.js'
import { withLevels } from './levels.js'
import { pinOnly } from './pass-edits.js'
import { decideMail } from './pipeline.js'
import { recordOf } from './record.js'
import { newReference } from './reference.js'
import { PASS, answerCode, type Answer } from './reply.js'

/**
 * A message with `mode = "observe"`: what would be decided is on record, and nothing is changed.
 *
 * Where lanes are set up, mail still comes back by them and has to leave by one: it takes the one
 * that asks nothing of the transport.
 */
export async function observePass(visit: Visit, deps: GatewayDependencies): Promise<Answer> {
  const { mail, engine, tx, customer, signal } = visit
  const { store, log, now } = deps
  const at = now()
  const started = performance.now()
  const { host, policy, config } = engine
  const { sender } = mail.envelope
  const pass = passOf(daemonName(tx))
  if (pass !== 'first') pinOnly(tx, 'sealed')
  const decision = await decideMail(
    mail,
    {
      host,
      policy,
      isInternalDomain: engine.isInternalDomain,
      sealUsable: deps.sealing !== undefined && host.sealers.length > 0,
      sender: { ...mail.envelope, address: sender },
      levelsOf: recipients => withLevels(recipients, customer, store, at),
      waitedTooLong: () => Promise.resolve(false),
    },
    signal,
  )
  const reference = newReference()
  const tookMs = Math.round((performance.now() - started) * 10) / 10
  const { mode } = config
  const reply = answerCode(PASS)
  signal.throwIfAborted()
  const passage = { pass, earlier: undefined, doubt: undefined }
  const facts = { mail, decision, customer, mode, reply, at, tookMs, reference }
  await store.record(recordOf({ ...facts, passage, transit: undefined }))
  const size = mail.source.size
  logDecision(log, tx.queueId, decision, {
    customer,
    pass,
    mode,
    reference,
    reply,
    size,
    ms: tookMs,
  })
  return PASS
}
