import { ALL_CUSTOMERS } from '../store/admin.js'
import { readMail } from '../message/parse-mail.js'
import { bufferSource } from '../message/source.js'
import type { Mail } from '../message/mail.js'
import type { Transaction } from '../milter/index.js'
import { INSIDE_HEADER, LANE_HEADER, REFERENCE_HEADER } from '../policy/lanes.js'
import { answerMail } from '../seal/answer-mail.js'
import type { AnswerFound } from './answers.js'
import { normalRecipient } from './seal-plan.js'
import type { GatewayDependencies, Visit } from './visit.js'

type Opened = Extract<AnswerFound, { readonly kind: 'opened' }>

/** A mail that takes the place of another; values as they go on the wire, folds as LF. */
export interface AnswerMail {
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly body: Buffer
}

/** Characters of a digest that name a mail. */
const NAME_CHARS = 32

/**
 * The mail that the sender of a letter gets for the answer to it. From is whom the letter was for, To
 * who sent it; its Message-ID is the same every time that the same answer is opened.
 */
export async function mailForAnswer(
  { answer, letter, digest, repeatedAfter }: Opened,
  { mail, engine }: Visit,
  at: number,
  { store }: Pick<GatewayDependencies, 'store'>,
): Promise<AnswerMail> {
  const { reference, sender, recipient } = letter
  const records = await store.findMessages(ALL_CUSTOMERS, reference)
  const original = records.find(record => record.reference === reference)?.messageId
  const from = mail.envelope.sender
  const isOther = normalRecipient(from) !== normalRecipient(recipient)
  const arrived = Buffer.from(await mail.source.read(0, mail.source.size))
  const message = await answerMail(
    answer,
    { from: recipient, to: sender },
    {
      language: engine.config.notices.language,
      repeatedAfter,
      otherSender: isOther ? `<${from}>` : undefined,
      messageId: `answer.${digest.slice(0, NAME_CHARS)}@${normalRecipient(sender).split('@').pop()}`,
      original,
      arrived,
      now: at,
    },
  )
  const { root } = await readMail(bufferSource(message))
  const is8bit = arrived.some(byte => byte > 0x7f)
  return {
    fields: [
      ...root.fields.map(({ name, raw }) => ({ name, value: raw.replaceAll('\r\n', '\n') })),
      ...(is8bit ? [{ name: 'Content-Transfer-Encoding', value: '8bit' }] : []),
      { name: INSIDE_HEADER, value: 'answer' },
    ],
    body: message.subarray(root.header.end),
  }
}

/** The way that a mail came, and what filters before us said of it. */
const KEPT =
  /^(?:received|return-path|delivered-to|x-original-to|authentication-results|x-(?:spam|spamd|rspamd|virus)-[\w-]+)$/

/** Our own, which the edits of every pass look after. */
const OURS = new Set([LANE_HEADER.toLowerCase(), REFERENCE_HEADER.toLowerCase()])

/** Puts the mail in the place of the one that brought the answer; that one is its last part. */
export function putAnswer(tx: Transaction, mail: Mail, { fields, body }: AnswerMail): void {
  const names = new Set(mail.root.fields.map(({ name }) => name.toLowerCase()))
  for (const name of names) if (!KEPT.test(name) && !OURS.has(name)) tx.edits.removeHeader(name)
  for (const { name, value } of fields) tx.edits.addHeader(name, value)
  tx.edits.replaceBody(body)
}
