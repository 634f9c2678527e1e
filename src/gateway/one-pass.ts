import type { Transit } from '../store/transit.js'
import { applyEdits, hashAfter } from './apply-edits.js'
import { logDecision } from './decision-log.js'
import { learn, type Known } from './known.js'
import { isReleased, passContext } from './pass-context.js'
import { leadMessage } from './pass-edits.js'
import { protect, type Outcome } from './pipeline.js'
import { recordOf } from './record.js'
import { newReference } from './reference.js'
import { answerCode, answerForRoute, type Answer } from './reply.js'
import { transitOf, vouchedFor } from './transit.js'
import type { GatewayDependencies, Visit } from './visit.js'
import { leaveSeat, takeSeat, type Guest, type SeatFacts } from './waiting-room.js'

/**
 * One pass of a message on its way through the lanes: what is known of it, what is decided, which way
 * it takes, and the facts that the next pass may believe. All of it is on record before the answer.
 */
export async function onePass(visit: Visit, deps: GatewayDependencies): Promise<Answer> {
  const { mail, tx, engine, signal } = visit
  const started = performance.now()
  const known = await learn(visit, deps)
  if (known.back.kind === 'keep') return known.back.answer
  const outcome = await protect(mail, passContext(visit, known, deps), signal)
  const { decision, route, edits } = outcome
  const reference = newReference()
  // A message that is given up already has its answer, and that was not this one.
  signal.throwIfAborted()
  const transit = await lead(visit, known, outcome, reference, deps)
  const shown = await seat(visit, known, outcome, reference, deps)
  const answer = answerForRoute(route, decision.recipients, {
    queueId: tx.queueId,
    contact: engine.config.reply.contact,
    reference: shown,
    enhanced: known.back.kind === 'unreachable' ? known.back.enhanced : undefined,
  })
  const { passage, customer, at } = known
  const { mode } = engine.config
  const reply = answerCode(answer)
  const tookMs = Math.round((performance.now() - started) * 10) / 10
  // Each further try of Postfix is in the row of the waiting room.
  if (route.kind !== 'wait' || known.guest?.row === undefined) {
    const facts = { mail, decision, customer, mode, reply, at, tookMs, reference, passage, transit }
    await deps.store.record(recordOf(facts))
  }
  await unseat(visit, known, outcome, deps)
  if (route.kind === 'stuck')
    deps.log.error('message held back: the lanes are not wired as they should be', {
      queue_id: tx.queueId,
      pass: passage.pass,
      reference,
      reason: route.why,
    })
  logDecision(deps.log, tx.queueId, decision, {
    customer,
    pass: passage.pass,
    lane: route.kind === 'pin' ? route.lane : undefined,
    mode,
    reference: shown,
    reply,
    reason: passage.doubt,
    size: mail.source.size,
    edits: edits.length,
    ms: tookMs,
  })
  return answer
}

/** Prepares a message that goes on; gives what the next pass may believe. */
async function lead(
  { mail, tx, engine, bodyHash: asItCame }: Visit,
  known: Known,
  { decision, route, edits }: Outcome,
  reference: string,
  { codes }: GatewayDependencies,
): Promise<Transit | undefined> {
  if (route.kind !== 'pin' && route.kind !== 'leave') return undefined
  const { passage, customer, at } = known
  const pinned = route.kind === 'pin' ? route.lane : undefined
  const bodyHash = await hashAfter(edits, mail, asItCame)
  applyEdits(edits, mail, tx)
  leadMessage(tx, {
    mail,
    passage,
    class: decision.class,
    referenceField: codes.fieldOf(reference),
    pinned,
    products: engine.config.product,
  })
  const facts = { mail, passage, reference, customer, at, bodyHash, pinned }
  const { class: riskClass, labels } = decision
  return transitOf({ ...facts, riskClass, labels, released: isReleased(known) })
}

/** Gives somebody who waits a seat; gives the reference number that the answer names. */
async function seat(
  visit: Visit,
  known: Known,
  { decision, route }: Outcome,
  reference: string,
  { store }: GatewayDependencies,
): Promise<string> {
  const { passage, guest } = known
  const [recipient] = decision.recipients
  if (route.kind !== 'wait' || guest === undefined || recipient === undefined)
    return passage.earlier?.root ?? reference
  const facts = { ...seatFacts(visit, known, guest), reference }
  const entry = { ...facts, passage, decision: recipient, why: route.why }
  if (route.why === 'wait') await askFor(recipient.domain, visit, known, store)
  return (await takeSeat(entry, visit.engine.config, store)).reference
}

/** Has the domain looked at that a message waits for; whoever asks for many has to wait longer. */
function askFor(
  domain: string,
  { mail, engine }: Visit,
  { passage }: Known,
  store: GatewayDependencies['store'],
): Promise<void> {
  const { authUser, clientAddress } = vouchedFor(passage, mail)
  const asker = authUser ?? clientAddress ?? mail.envelope.sender
  const perHour = engine.config.prober.on_demand_per_hour
  return store.requestProbe(domain, 'a message waits for it', { asker, perHour })
}

/** Lets somebody go who has waited: after the record, so that a failure before it changes nothing. */
async function unseat(
  visit: Visit,
  known: Known,
  { route, decision }: Outcome,
  { store }: GatewayDependencies,
): Promise<void> {
  const { guest } = known
  if (guest?.row === undefined || route.kind === 'wait' || route.kind === 'stuck') return
  const how = route.kind === 'refuse' ? 'rejected' : 'delivered'
  const why = decision.recipients[0]?.why ?? ''
  await leaveSeat(seatFacts(visit, known, guest), { how, why }, visit.engine.config, store)
}

function seatFacts({ mail, engine }: Visit, { customer, at }: Known, guest: Guest): SeatFacts {
  const { sender } = mail.envelope
  return { mail, guest, customer, at, mayTell: engine.isInternalDomain(domainOf(sender)) }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
