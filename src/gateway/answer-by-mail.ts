import { choiceIn } from '../ask/words.js'
import { decodeHeaderText } from '../message/encoded-word.js'
import { fieldsNamed, firstField } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'
import { passOf } from '../policy/lanes.js'
import type { AskChoice, Decision } from '../policy/model.js'
import type { Question } from '../store/questions.js'
import { htmlText } from './html-text.js'
import { kindOfMessage } from './message-kind.js'
import { recordOf } from './record.js'
import { newReference } from './reference.js'
import { DISCARD, answerCode, answerRefused, type Answer } from './reply.js'
import { isVouchedFor, normalRecipient } from './seal-plan.js'
import { unseenDecision } from './unseen.js'
import { daemonName, type GatewayDependencies, type Visit } from './visit.js'

const FIRST = Object.freeze({ pass: 'first', earlier: undefined, doubt: undefined } as const)

/** Bytes of a part that an answer may be found in. */
const MAX_BYTES = 16 * 1024

/** Whether a message is for the address that takes answers, and for nobody else. */
export function isAnswer({ mail, engine, tx }: Visit): boolean {
  const { mode, ask } = engine.config
  if (ask.address === '' || mode === 'observe' || passOf(daemonName(tx)) !== 'first') return false
  const [recipient, ...others] = mail.envelope.recipients
  if (recipient === undefined || others.length > 0 || !recipient.includes('@')) return false
  return normalRecipient(recipient) === normalRecipient(ask.address)
}

/** What came of a mail that may be an answer. */
type Outcome =
  | { readonly kind: 'taken' }
  /** A machine sent it; it gets no answer of ours (RFC 3834, section 2). */
  | { readonly kind: 'automatic' }
  | { readonly kind: 'refused'; readonly why: string; readonly said: string }

/** Whoever is not its sender learns nothing about a question, not even whether there is one. */
const NOT_YOURS = 'this is no answer to an open question to you'

/**
 * Takes the answer to a question: from its sender alone, known to Postfix as then, with the id in the
 * subject and one choice as the first line of the text. Nothing is delivered. What has no effect is
 * refused, so that the sender sees it at once, and is on record.
 */
export async function answerByMail(visit: Visit, deps: GatewayDependencies): Promise<Answer> {
  const { mail, engine, tx, customer, signal } = visit
  const { store, log, now } = deps
  const started = performance.now()
  const at = now()
  const question = await questionFor(mail, store.questions)
  const outcome = await outcomeFor(visit, question, deps)
  const { config } = engine
  const context = { queueId: tx.queueId, contact: config.reply.contact }
  const answer = outcome.kind === 'refused' ? answerRefused(outcome.said, context) : DISCARD
  const reply = answerCode(answer)
  const why = outcome.kind === 'refused' ? outcome.why : `an answer to a question: ${outcome.kind}`
  const decision = decisionOn(mail, outcome.kind === 'refused', why)
  const tookMs = Math.round((performance.now() - started) * 10) / 10
  const reference = newReference()
  const facts = { mail, decision, customer, mode: config.mode, reply, at, tookMs, reference }
  signal.throwIfAborted()
  await store.record(recordOf({ ...facts, passage: FIRST, transit: undefined }))
  if (question !== undefined && outcome.kind !== 'taken')
    await store.questions.noteIgnored(question, why)
  const fields = { queue_id: tx.queueId, reference: question?.reference, reply, reason: why }
  if (outcome.kind === 'refused') log.warn('an answer by mail has no effect', fields)
  else log.info('an answer by mail', fields)
  return answer
}

async function outcomeFor(
  visit: Visit,
  question: Question | undefined,
  { store }: Pick<GatewayDependencies, 'store'>,
): Promise<Outcome> {
  const { mail } = visit
  if (isAutomatic(mail)) return { kind: 'automatic' }
  const refused = (why: string, said = why): Outcome => ({ kind: 'refused', why, said })
  if (question === undefined) return refused('no question has the id in the subject', NOT_YOURS)
  const foreign = foreignness(visit, question)
  if (foreign !== undefined) return refused(foreign, NOT_YOURS)
  const choice = await choiceOf(mail)
  if (choice === undefined)
    return refused('the first line of the text is not one of the choices and nothing else')
  const { id } = question
  const done = await store.questions.answer({
    id,
    choice,
    way: 'reply',
    by: 'the sender',
    reason: '',
  })
  if (done.kind === 'done') return { kind: 'taken' }
  return done.why === 'not-offered'
    ? refused(`${choice} is not offered to the sender of this message`)
    : refused('the question was answered before, or its time is over', NOT_YOURS)
}

/** Why somebody is not the sender who was asked; undefined: it is. */
function foreignness({ mail, engine }: Visit, question: Question): string | undefined {
  const { sender, authUser } = mail.envelope
  if (!isVouchedFor(mail, FIRST, engine)) return 'it comes from nobody whom Postfix vouches for'
  if (authUser !== question.authUser) return 'somebody else has logged in than for the message'
  if (!sender.includes('@') || normalRecipient(sender) !== normalRecipient(question.sender))
    return 'it comes from another sender'
  return undefined
}

/** Auto-replies, reports and lists; also those that only old fields tell (RFC 3834, sections 5 and 7). */
function isAutomatic(mail: Mail): boolean {
  if (mail.envelope.sender === '' || kindOfMessage(mail) !== 'ordinary') return true
  const precedence = firstField(mail.root, 'Precedence')?.value.toLowerCase() ?? ''
  if (['bulk', 'junk', 'list', 'auto_reply'].includes(precedence)) return true
  return ['X-Autoreply', 'X-Autorespond'].some(name => firstField(mail.root, name) !== undefined)
}

const ID = /\[ask:([0-9a-v]{20})\]/g

/** The question whose id the only subject has, once or in repetition. */
async function questionFor(
  mail: Mail,
  questions: GatewayDependencies['store']['questions'],
): Promise<Question | undefined> {
  const [subject, ...others] = fieldsNamed(mail.root, 'Subject')
  if (subject === undefined || others.length > 0) return undefined
  const text = decodeHeaderText(subject.value).slice(0, 2000)
  const ids = new Set([...text.matchAll(ID)].map(([, id]) => id ?? ''))
  const [id] = ids
  return id === undefined || ids.size > 1 ? undefined : questions.question(id)
}

/** The first line of the text that is not blank, if it is a choice. */
async function choiceOf(mail: Mail): Promise<AskChoice | undefined> {
  let html: string | undefined
  for await (const { kind, text } of mail.textParts({ maxBytesPerPart: MAX_BYTES })) {
    if (kind === 'plain') return choiceIn(firstLine(text))
    html ??= kind === 'html' ? htmlText(text.replace(BLOCK_END, '$&\n')) : undefined
  }
  return html === undefined ? undefined : choiceIn(firstLine(html))
}

/** Ends of elements at which an HTML text has a new line. */
const BLOCK_END = /<(?:br\b[^>]{0,200}|\/(?:p|div|li|tr|h[1-6]))>/gi

function firstLine(text: string): string {
  return text.split(/\r?\n/).find(line => line.trim() !== '') ?? ''
}

function decisionOn(mail: Mail, isRefused: boolean, why: string): Decision {
  return unseenDecision(
    mail.envelope.recipients.map(address => ({
      address,
      domain: address.slice(address.lastIndexOf('@') + 1).toLowerCase(),
      level: 'internal',
      action: isRefused ? 'reject' : 'deliver',
      row: 'ask.answer',
      why,
    })),
    'an answer to a question, not looked at',
  )
}
