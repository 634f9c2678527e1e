import { readMail } from '../message/parse-mail.js'
import { bufferSource } from '../message/source.js'
import { answerMail, type AnswerEnds } from '../seal/answer-mail.js'
import { recipientToken } from '../seal/container/header.js'
import { answerIn, openRead, readLetterFile, saysLetter } from '../seal/open-letter.js'
import type { SealingStore } from '../store/sealing.js'
import { UsageError } from './exit.js'
import { showPasswords } from './passwords.js'

/** A letter or an answer, opened by hand. */
export interface OpenedByHand {
  readonly kind: 'letter' | 'answer'
  readonly reference: string
  /** The message that was sealed, or the answer as a mail. */
  readonly message: Buffer
}

export interface PasswordSource {
  /** Given by whoever opens it; undefined: the store is asked. */
  readonly given: string | undefined
  readonly sealing: Pick<SealingStore, 'findLetters' | 'auditPassword'> | undefined
  readonly customer: string
  readonly reason: string
  readonly keyFile: string
}

const NOBODY: AnswerEnds = { from: '', to: '' }

/** What `saysLetter` looks at. */
const HEAD_BYTES = 256

/**
 * Opens a sealed letter, or the answer to one, from its file or from the mail that it came in.
 *
 * Throws  UsageError for a file that holds none, or whose password nobody knows; ERR_SEAL_REFUSED for a
 *         wrong password; ERR_SEAL_MALFORMED.
 */
export async function openByHand(
  bytes: Buffer,
  source: PasswordSource,
  signal: AbortSignal,
): Promise<OpenedByHand> {
  const file = await letterFileIn(bytes)
  const letter = await readLetterFile(file, signal)
  const { kind, reference, recipient } = letter.header
  const { password, ends } =
    source.given === undefined
      ? await fromStore(source, reference, recipient)
      : { password: source.given, ends: NOBODY }
  const opened = await openRead(letter, password, signal)
  if (kind === 'letter') return { kind, reference, message: opened.data }
  return { kind, reference, message: await answerMail(answerIn(opened), ends) }
}

/**
 * The letter itself, given as a file or as the mail that it is attached to.
 *
 * Throws  UsageError for what holds none
 */
export async function letterFileIn(bytes: Buffer): Promise<Buffer> {
  return saysLetter(bytes) ? bytes : letterInMail(bytes)
}

/** The first part of a mail that is a letter, by its bytes. */
async function letterInMail(bytes: Buffer): Promise<Buffer> {
  const mail = await readMail(bufferSource(bytes))
  for (const part of mail.leaves()) {
    if (!saysLetter(await mail.head(part, HEAD_BYTES))) continue
    const pieces: Buffer[] = []
    for await (const chunk of mail.decoded(part)) pieces.push(chunk)
    return Buffer.concat(pieces)
  }
  throw new UsageError('it holds no sealed letter and no answer to one')
}

/** The password of the letter, put on record first, and who are its ends. */
async function fromStore(
  { sealing, customer, reason, keyFile }: PasswordSource,
  reference: string,
  token: string,
): Promise<{ readonly password: string; readonly ends: AnswerEnds }> {
  const known = (await sealing?.findLetters(customer, reference)) ?? []
  const letter = known.find(({ recipient }) => recipientToken(reference, recipient) === token)
  if (sealing === undefined || letter === undefined)
    throw new UsageError(`no letter ${reference} is on record; give its password in a file`)
  const asked = { id: reference, recipient: letter.recipient, customer: letter.customer, reason }
  const [shown] = await showPasswords(asked, sealing, keyFile)
  if (shown === undefined)
    throw new UsageError(`the password of letter ${reference} is not kept; give it in a file`)
  return { password: shown.password, ends: { from: letter.recipient, to: letter.sender } }
}
