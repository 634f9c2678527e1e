import { createHash } from 'node:crypto'
import { memoryGate } from '../container/memory-gate.js'
import { readWhole } from '../container/read-whole.js'
import { GatewayError } from '../errors.js'
import type { Mail, Part } from '../message/mail.js'
import { recipientToken } from '../seal/container/header.js'
import type { OpenedAnswer } from '../seal/letter.js'
import type { LetterFile } from '../seal/html/read-letter-file.js'
import {
  answerIn,
  containerDigest,
  openRead,
  readLetterFile,
  saysLetter,
} from '../seal/open-letter.js'
import { places } from '../seal/places.js'
import { secretFrom } from '../seal/secret.js'
import type { LetterEntry } from '../store/sealing.js'
import { ALL_CUSTOMERS } from '../store/admin.js'
import type { Known } from './known.js'
import type { Outcome } from './pipeline.js'
import { messageIdOf } from './record.js'
import { normalRecipient } from './seal-plan.js'
import type { GatewayDependencies, Visit } from './visit.js'

/** What became of an answer to a sealed letter that a message brings in. */
export type AnswerFound =
  | {
      readonly kind: 'opened'
      readonly answer: OpenedAnswer
      readonly letter: LetterEntry
      readonly digest: string
      /** Epoch milliseconds when the same answer came in another mail; undefined: never. */
      readonly repeatedAfter: number | undefined
      readonly why: string
    }
  /** It goes on as it came. */
  | { readonly kind: 'left'; readonly why: string }

type Left = Extract<AnswerFound, { readonly kind: 'left' }>

/** What `saysLetter` looks at. */
const HEAD_BYTES = 256
/** Parts of one message that are looked at. */
const MAX_PARTS = 1000

/** Answers to one letter that may fail to open in a day, so that nobody guesses passwords here. */
const MAX_REFUSED = 20
const DAY_MS = 86_400_000
/** As long as servers keep a mail in their queues: the same mail is a further try, later it is a repetition. */
const TRIES_MS = 5 * DAY_MS

/** Of all the time that a message has, what opening may take, waiting for others included. */
const OPEN_MS = 45_000

/** One answer at a time: each costs up to some seconds of a processor, and whoever sends it pays nothing. */
const gate = memoryGate(1024 * 1024)
const GATE_BYTES = 1024 * 1024

/**
 * Finds the answer to a sealed letter in a message from outside, and opens it where that is right: for
 * the sender of the letter alone, with the password that is kept with it. Whatever is not right leaves
 * the message as it is.
 *
 * Nothing that the message says of itself counts: not From, not Subject, not the name of the file. The
 * reference in the file only finds the letter; what proves it is the code, over the reference too.
 *
 * Gives   undefined for a message that brings no answer.
 * Throws  a temporary GatewayError when the store fails.
 */
export async function findAnswer(
  visit: Visit,
  known: Known,
  deps: GatewayDependencies,
): Promise<AnswerFound | undefined> {
  const { mail, engine, lanes } = visit
  if (known.passage.pass !== 'first' || deps.sealing === undefined) return undefined
  const parts = await partsWithLetter(mail)
  const [part] = parts
  if (part === undefined) return undefined
  const { seal } = engine.config
  const deadline = AbortSignal.any([visit.signal, AbortSignal.timeout(OPEN_MS)])
  try {
    const file = await readWhole(mail.decoded(part), seal.max_answer_size)
    if (file === undefined) return left(TOO_LARGE)
    const letter = await readLetterFile(file, deadline)
    if (letter.header.kind !== 'answer') return undefined
    if (!seal.open_answers) return left('open_answers is off')
    if (parts.length > 1) return left('it came with another letter')
    // Without lanes nothing keeps what is opened inside.
    if (!lanes.inForce) return left('lanes are not in force')
    return await gate(GATE_BYTES, () => open(letter, visit, known, deps, deadline))
  } catch (thrown) {
    visit.signal.throwIfAborted()
    if (deadline.aborted) return left('there was no time to open it')
    if (thrown instanceof GatewayError && thrown.code === 'ERR_SEAL_MALFORMED')
      return left('it is damaged')
    throw thrown
  }
}

/** Puts what became of an answer on record: it stands where the row of the table would. */
export function withAnswer(outcome: Outcome, found: AnswerFound | undefined): Outcome {
  if (found === undefined) return outcome
  const { decision } = outcome
  const recipients = decision.recipients.map(recipient =>
    recipient.level === 'internal'
      ? Object.freeze({ ...recipient, row: `answer.${found.kind}`, why: found.why })
      : recipient,
  )
  return Object.freeze({ ...outcome, decision: Object.freeze({ ...decision, recipients }) })
}

/** Parts that say they are a letter, by their bytes. */
async function partsWithLetter(mail: Mail): Promise<readonly Part[]> {
  const found: Part[] = []
  let seen = 0
  for (const part of mail.leaves()) {
    seen += 1
    if (seen > MAX_PARTS || found.length > 1) break
    if (saysLetter(await mail.head(part, HEAD_BYTES))) found.push(part)
  }
  return found
}

async function open(
  file: LetterFile,
  visit: Visit,
  { at }: Known,
  { store, sealing: tools }: GatewayDependencies,
  deadline: AbortSignal,
): Promise<AnswerFound> {
  deadline.throwIfAborted()
  const { sealing } = store
  const { reference, recipient: token } = file.header
  const candidates = await sealing.findLetters(ALL_CUSTOMERS, reference)
  const letter = candidates.find(
    one => one.reference === reference && recipientToken(reference, one.recipient) === token,
  )
  if (letter === undefined || tools === undefined)
    return left('its letter is not on record, or no longer')
  const objection = objectionTo(letter, visit)
  if (objection !== undefined) return left(objection)
  const digest = containerDigest(file)
  const before = await sealing.answer(digest)
  if (before?.outcome === 'refused') return left('it did not open before')
  if ((await sealing.countRefusedAnswers(letter.key, at - DAY_MS)) >= MAX_REFUSED)
    return left('too many answers to its letter did not open')
  const password = await passwordOf(letter, tools.keys)
  if (password === undefined) return left('the password of its letter cannot be read')
  const mail = mailMark(visit)
  const entry = { digest, key: letter.key, mail, at }
  const answer = await opened(file, password, deadline)
  if (typeof answer === 'string') {
    await sealing.noteAnswer({ ...entry, outcome: 'refused' })
    return left(answer)
  }
  if (sizeOf(answer, visit.mail) > visit.engine.config.seal.max_answer_size) return left(TOO_LARGE)
  deadline.throwIfAborted()
  const isRepeated = before !== undefined && (before.mail !== mail || at - before.at > TRIES_MS)
  await sealing.auditPassword({
    customer: letter.customer,
    by: 'gateway',
    act: 'answer-open',
    object: reference,
    detail: isRepeated ? `${letter.domain}: once more` : letter.domain,
  })
  await sealing.noteAnswer({ ...entry, outcome: 'opened' })
  const why = `answer to letter ${reference}, ${isRepeated ? 'repeated, opened' : 'opened'}`
  const repeatedAfter = isRepeated ? before.at : undefined
  return Object.freeze({ kind: 'opened', answer, letter, digest, repeatedAfter, why })
}

const TOO_LARGE = 'it is larger than max_answer_size, or would be'

/** Bytes of an opened mail without what it is made from. */
const FRAME_BYTES = 16 * 1024

/** Bytes that the mail has at most: an inside server that refuses it would send the answer back. */
function sizeOf({ text, files }: OpenedAnswer, { source }: Mail): number {
  const content = files.reduce((sum, file) => sum + file.content.length * 1.4 + 2048, 0)
  // A byte of quoted-printable text may take three.
  return source.size + content + Buffer.byteLength(text) * 3.2 + FRAME_BYTES
}

/** Why an answer to a letter is not opened for those whom the message is for. */
function objectionTo(letter: LetterEntry, { mail, engine }: Visit): string | undefined {
  const { recipients } = mail.envelope
  const [recipient] = recipients
  if (recipients.length !== 1 || recipient === undefined) return 'it came to several recipients'
  const sender = normalRecipient(letter.sender)
  if (letter.sender === '' || normalRecipient(recipient) !== sender)
    return 'it came to somebody else than the sender of its letter'
  // What Postfix may take apart further is nobody's address yet (recipients.ts).
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  if (/[%!@"]/.test(sender.slice(0, -domain.length - 1)) || !engine.isInternalDomain(domain))
    return 'the sender of its letter is not inside'
  if (engine.sealing.isLeftSealed(letter.sender) || engine.sealing.isLeftSealed(letter.recipient))
    return 'it is left sealed by the settings'
  return undefined
}

/** Undefined for a letter without one: a key opens it, and an empty password would open what anybody wrote. */
async function passwordOf(
  { key, way, password: stored }: LetterEntry,
  keys: NonNullable<GatewayDependencies['sealing']>['keys'],
): Promise<string | undefined> {
  if (way === 'key' || stored === undefined) return undefined
  try {
    const { password } = secretFrom(await keys.open(stored, places.letterPassword(key)))
    return password === '' ? undefined : password
  } catch (thrown) {
    if (thrown instanceof GatewayError && OF_KEYS.has(thrown.code)) return undefined
    throw thrown
  }
}

const OF_KEYS: ReadonlySet<string> = new Set(['ERR_SEAL_SECRET', 'ERR_SEAL_KEY_FILE'])

/** The answer, or why it does not open. */
async function opened(
  file: LetterFile,
  password: string,
  signal: AbortSignal,
): Promise<OpenedAnswer | string> {
  try {
    return answerIn(await openRead(file, password, signal))
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    if (thrown.code === 'ERR_SEAL_REFUSED') return 'the password of its letter does not open it'
    if (thrown.code === 'ERR_SEAL_MALFORMED') return 'it is damaged inside'
    throw thrown
  }
}

/** What a mail is known by when its sender's server gives it to us once more. */
function mailMark({ mail, bodyHash }: Visit): string {
  return createHash('sha256')
    .update(`${bodyHash}\0${messageIdOf(mail) ?? ''}`)
    .digest('hex')
}

function left(why: string): Left {
  return Object.freeze({ kind: 'left', why: `answer to a sealed letter, not opened: ${why}` })
}
