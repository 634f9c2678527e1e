import { createHash } from 'node:crypto'
import { normalDomain } from '../policy/matcher.js'
import type { AskOutlook } from '../policy/asking.js'
import {
  RISK_CLASSES,
  type Action,
  type AskChoice,
  type MessageKind,
  type RecipientDecision,
  type RiskClass,
} from '../policy/model.js'
import type { NewQuestion, Question, QuestionStore } from '../store/questions.js'
import type { Known } from './known.js'
import { messageIdOf } from './record.js'
import { newReference } from './reference.js'
import { mayBeTold } from './seal-plan.js'
import { vouchedFor } from './transit.js'
import type { Visit } from './visit.js'

/** A recipient whom there may be a question about. */
export interface Asked {
  /** What rules and table say before anything was answered. */
  readonly recipient: RecipientDecision
  readonly class: RiskClass
  readonly kind: MessageKind
  /** What would be done with an answer. */
  readonly tryOut: (choice: AskChoice) => Promise<RecipientDecision>
}

/** A question that is open, or the one that is to be asked. */
export type AskPlan =
  | { readonly kind: 'open'; readonly question: Question }
  | { readonly kind: 'new'; readonly question: NewQuestion }

export interface Planned {
  readonly outlook: AskOutlook | undefined
  /** Set where the message is to wait for the answer. */
  readonly plan?: AskPlan
}

const OVER: Planned = Object.freeze({ outlook: Object.freeze({ kind: 'over' }) })
const NOTHING: Planned = Object.freeze({ outlook: undefined })

/** Nobody reads what a machine has sent. */
const AUTOMATIC: ReadonlySet<MessageKind> = new Set(['auto-reply', 'report', 'mdn', 'list'])

/** What `send` must come to, to be offered. */
const SENT: ReadonlySet<Action> = new Set(['deliver', 'hand-over', 'wait'])

/**
 * Finds out what has become of the question about a recipient at split, or what is to be asked.
 *
 * An answer counts for this very body, this recipient, and a class that is not higher than the one that
 * was asked about. A letter of ours is asked about no more.
 */
export async function planAsk(
  asked: Asked,
  visit: Visit,
  known: Pick<Known, 'passage' | 'guest' | 'customer' | 'at'>,
  { store }: { readonly store: { readonly questions: QuestionStore } },
): Promise<Planned> {
  const { guest, passage, at } = known
  const { recipient, class: riskClass } = asked
  if (guest === undefined) return NOTHING
  if (passage.earlier?.sealed !== undefined) return OVER
  if (guest.row === undefined && recipient.action !== 'ask') return NOTHING
  const found = await store.questions.ofGuest(guest.key, visit.bodyHash)
  const question =
    found?.state === 'open' && at >= found.until
      ? await store.questions.endInSilence(found.id)
      : found
  const answer = answerOf(question, riskClass)
  if (answer !== undefined) return { outlook: answer }
  if (recipient.action !== 'ask') return NOTHING
  if (question?.state === 'silent' && question.class === riskClass)
    return instead(question.silence, 'ask.silent', 'nobody answered the question in time')
  if (question?.state === 'open' && question.class === riskClass)
    return { outlook: { kind: 'ask' }, plan: { kind: 'open', question } }
  return planNew(asked, visit, known)
}

function answerOf(question: Question | undefined, riskClass: RiskClass): AskOutlook | undefined {
  if (question?.state !== 'answered' || question.answer === undefined) return undefined
  const { answer: choice, way } = question
  const isHigher = RISK_CLASSES.indexOf(riskClass) > RISK_CLASSES.indexOf(question.class)
  if (choice === 'send' && isHigher) return undefined
  return { kind: 'answered', choice, by: way === 'officer' ? 'an officer' : 'the sender' }
}

async function planNew(
  { recipient, class: riskClass, kind, tryOut }: Asked,
  visit: Visit,
  known: Pick<Known, 'passage' | 'guest' | 'customer' | 'at'>,
): Promise<Planned> {
  const { mail, engine, bodyHash } = visit
  const { passage, guest, customer, at } = known
  const { earlier } = passage
  const { sender } = mail.envelope
  const domain = normalDomain(sender.slice(sender.lastIndexOf('@') + 1))
  const wishes = engine.asking.wishesFor(domain, riskClass)
  const cannot = (why: string): Planned => instead(wishes.unanswerable, 'ask.unanswerable', why)
  if (!engine.asking.hasWay) return cannot('the sender has no way to answer a question')
  if (AUTOMATIC.has(kind)) return cannot('nobody can be asked about an automatic message')
  if (guest === undefined || earlier === undefined || !mayBeTold({ mail, engine }, { passage }))
    return cannot('the sender is not known to the mail server, so nobody can be asked')
  const possible = new Set<AskChoice>(['cancel'])
  if (wishes.officerChoices.includes('seal') && (await tryOut('seal')).action === 'seal')
    possible.add('seal')
  if (wishes.officerChoices.includes('send') && SENT.has((await tryOut('send')).action))
    possible.add('send')
  const choices = wishes.choices.filter(choice => possible.has(choice))
  const officerChoices = wishes.officerChoices.filter(choice => possible.has(choice))
  if (choices.length === 0 || possible.size === 1)
    return cannot('nothing that could be answered can be done')
  const { root } = earlier
  const matter = createHash('sha256')
    .update([customer, root, sender, bodyHash, riskClass, choices, officerChoices].join('\0'))
    .digest('hex')
    .slice(0, 40)
  const question: NewQuestion = {
    id: newReference(),
    matter,
    key: guest.key,
    recipient: guest.recipient,
    customer,
    reference: root,
    sender,
    authUser: vouchedFor(passage, mail).authUser,
    messageId: messageIdOf(mail),
    class: riskClass,
    bodyHash,
    choices,
    officerChoices,
    silence: wishes.silence,
    language: wishes.language,
    why: recipient.why,
    firstAt: earlier.firstAt,
    until: at + wishes.limitMs,
    at,
  }
  return { outlook: { kind: 'ask' }, plan: { kind: 'new', question } }
}

function instead(action: 'reject' | 'seal' | 'hold', row: string, why: string): Planned {
  return { outlook: { kind: 'instead', action, row, why } }
}
