import { bug } from '../errors.js'
import type { Edit } from '../message/edit.js'
import type { Decision } from '../policy/model.js'
import type { Transit } from '../store/transit.js'
import { findAnswer, withAnswer, type AnswerFound } from './answers.js'
import type { AskPlan } from './ask-plan.js'
import { applyEdits, hashAfter } from './apply-edits.js'
import { hashOf } from './body-hash.js'
import { CANCELLED_ROW } from '../policy/asking.js'
import { logDecision } from './decision-log.js'
import { takeGiven, withoutGiven } from './given-password.js'
import { withoutInside } from './inside-reports.js'
import { learn, type Known } from './known.js'
import { isReleased, passContext } from './pass-context.js'
import { leadMessage } from './pass-edits.js'
import { protect, type Outcome } from './pipeline.js'
import { mailForAnswer, putAnswer, type AnswerMail } from './put-answer.js'
import { putLetter } from './put-letter.js'
import { recordOf } from './record.js'
import { newReference } from './reference.js'
import { answerCode, answerForRoute, givenRefused, type Answer } from './reply.js'
import { sealLetter, type Sealed } from './seal-letter.js'
import type { SealPlan } from './seal-plan.js'
import { askerOf, transitOf } from './transit.js'
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
  if (known.given?.problem !== undefined)
    return givenRefused(known.given.problem, {
      queueId: tx.queueId,
      contact: engine.config.reply.contact,
    })
  const isUsable = await canSeal(visit, deps)
  const plans = new Map<string, SealPlan>()
  const questions: AskPlan[] = []
  const context = passContext(visit, known, deps, { isUsable, plans, questions })
  const found = await protect(mail, context, signal)
  const brought = await findAnswer(visit, known, deps)
  const outcome = withAnswer(found, brought)
  const { route, edits } = outcome
  const reference = newReference()
  // A message that is given up already has its answer, and that was not this one.
  signal.throwIfAborted()
  const letter = await seal(visit, known, outcome, { reference, plans }, deps)
  const decision = withPassedOver(outcome.decision, letter)
  const answered = await mailFor(brought, visit, known, deps)
  const transit = await lead(visit, known, outcome, { reference, letter, answered }, deps)
  const shown = await seat(visit, known, outcome, { reference, questions }, deps)
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
    reason: passage.doubt ?? (brought?.kind === 'left' ? brought.why : undefined),
    size: mail.source.size,
    edits: edits.length,
    format: letter?.format,
    ms: tookMs,
  })
  return answer
}

/** Whether there is a format, and a key that passwords are kept with. */
async function canSeal(
  { engine }: Visit,
  { sealing }: Pick<GatewayDependencies, 'sealing'>,
): Promise<boolean> {
  if (sealing === undefined || engine.host.sealers.length === 0) return false
  return sealing.keys.isUsable()
}

/** Seals a message that is bound to a lane as a letter; undefined for every other. */
async function seal(
  visit: Visit,
  known: Known,
  { decision, route }: Outcome,
  {
    reference,
    plans,
  }: { readonly reference: string; readonly plans: ReadonlyMap<string, SealPlan> },
  deps: GatewayDependencies,
): Promise<Sealed | undefined> {
  const [recipient] = decision.recipients
  if (route.kind !== 'pin' || !route.final || recipient?.action !== 'seal') return undefined
  const plan = plans.get(recipient.address)
  if (plan === undefined) return undefined
  return sealLetter(visit, known, plan, { decision: recipient, reference }, deps)
}

/** Puts on record why a letter is not sealed as it could have been. */
function withPassedOver(decision: Decision, letter: Sealed | undefined): Decision {
  if (letter === undefined || letter.passedOver.length === 0) return decision
  const more = letter.passedOver.join('; ').slice(0, MAX_WHY)
  const recipients = decision.recipients.map(one => ({ ...one, why: `${one.why}; ${more}` }))
  return { ...decision, recipients }
}

/** Characters of what is added to the reason of a decision. */
const MAX_WHY = 300

/** What takes the place of a message, if anything does. */
interface Replacement {
  readonly reference: string
  readonly letter: Sealed | undefined
  readonly answered: AnswerMail | undefined
}

function mailFor(
  brought: AnswerFound | undefined,
  visit: Visit,
  { at }: Known,
  deps: GatewayDependencies,
): Promise<AnswerMail> | undefined {
  return brought?.kind === 'opened' ? mailForAnswer(brought, visit, at, deps) : undefined
}

/** Prepares a message that goes on; gives what the next pass may believe. */
async function lead(
  visit: Visit,
  known: Known,
  { decision, route, edits }: Outcome,
  { reference, letter, answered }: Replacement,
  deps: GatewayDependencies,
): Promise<Transit | undefined> {
  if (route.kind !== 'pin' && route.kind !== 'leave') return undefined
  const { mail, tx, engine, bodyHash: asItCame } = visit
  const { passage, customer, at } = known
  const pinned = route.kind === 'pin' ? route.lane : undefined
  const leaves = route.kind === 'pin' && route.final
  const all: readonly Edit[] = [
    ...withoutGiven(edits, known.given),
    ...(leaves ? await withoutInside(mail) : []),
  ]
  if (letter !== undefined) putLetter(tx, mail, letter)
  else if (answered !== undefined) putAnswer(tx, mail, answered)
  else applyEdits(all, mail, tx)
  const body = letter?.body ?? answered?.body
  const bodyHash =
    body === undefined ? await hashAfter(all, mail, asItCame) : await hashOf(once(body))
  if (route.kind === 'leave') await takeGiven(visit, known, reference, deps)
  leadMessage(tx, {
    mail,
    passage,
    class: decision.class,
    referenceField: deps.codes.fieldOf(reference),
    pinned,
    products: engine.config.product,
    isNew: letter !== undefined || answered !== undefined,
    reportsHeadersOnly: answered !== undefined,
  })
  const facts = { mail, passage, reference, customer, at, bodyHash, pinned }
  const { class: riskClass, labels } = decision
  const sealed = letter?.format
  return transitOf({ ...facts, riskClass, labels, released: isReleased(known), sealed })
}

async function* once(body: Buffer): AsyncIterable<Buffer> {
  yield body
}

/** Gives somebody who waits a seat; gives the reference number that the answer names. */
async function seat(
  visit: Visit,
  known: Known,
  { decision, route }: Outcome,
  { reference, questions }: { readonly reference: string; readonly questions: readonly AskPlan[] },
  { store }: GatewayDependencies,
): Promise<string> {
  const { passage, guest } = known
  const [recipient] = decision.recipients
  if (route.kind !== 'wait' || guest === undefined || recipient === undefined)
    return passage.earlier?.root ?? reference
  const facts = { ...seatFacts(visit, known, guest), reference }
  const entry = { ...facts, passage, decision: recipient, why: route.why, until: undefined }
  if (route.why === 'ask') {
    const [plan] = questions
    if (plan === undefined) return bug('a message waits for an answer that nobody asks for')
    const { until } =
      plan.kind === 'open' ? plan.question : await store.questions.ask(plan.question)
    return (await takeSeat({ ...entry, until }, visit.engine.config, store)).reference
  }
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
  const perHour = engine.config.prober.on_demand_per_hour
  const quota = { asker: askerOf(passage, mail), perHour }
  return store.requestProbe(domain, 'a message waits for it', quota)
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
  const [recipient] = decision.recipients
  const why = recipient?.why ?? ''
  const facts = seatFacts(visit, known, guest)
  // Postfix reports to whoever has cancelled the message; another mail would say the same.
  const mayTell = facts.mayTell && recipient?.row !== CANCELLED_ROW
  await leaveSeat({ ...facts, mayTell }, { how, why }, visit.engine.config, store)
}

function seatFacts({ mail, engine }: Visit, { customer, at }: Known, guest: Guest): SeatFacts {
  const { sender } = mail.envelope
  return { mail, guest, customer, at, mayTell: engine.isInternalDomain(domainOf(sender)) }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
