import { createTransport } from 'nodemailer'
import { withoutReplyPrefix } from '../message/subject-token.js'
import { ANSWER_TEXTS } from './answer-texts.js'
import type { Language, OpenedAnswer } from './letter.js'

/** Who wrote an answer, and to whom; empty where nobody knows. */
export interface AnswerEnds {
  readonly from: string
  readonly to: string
}

/** What the gateway says of an answer that it has opened by itself. */
export interface AnswerNote {
  readonly language: Language
  /** Milliseconds since 1970 when the same answer arrived before; undefined: never. */
  readonly repeatedAfter: number | undefined
  /** Sender that the mail around it names, where that is another than the recipient of the letter. */
  readonly otherSender: string | undefined
  /** Without angle brackets: of the mail that this makes, always the same for the same answer. */
  readonly messageId: string
  /** Without angle brackets: of the message that was sealed. */
  readonly original: string | undefined
  /** The mail as it came, header and body. */
  readonly arrived: Buffer
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * An answer as a mail: what it says is text, its files are attachments, and nothing in it can be
 * anything else. With a note it says first what it is and what it proves, and carries the mail that it
 * came in as its last part.
 *
 * Gives   the whole message, CRLF line ends.
 */
export async function answerMail(
  answer: OpenedAnswer,
  { from, to }: AnswerEnds,
  note?: AnswerNote,
): Promise<Buffer> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await composer.sendMail({
    ...(from === '' ? {} : { from: { name: '', address: from } }),
    ...(to === '' ? {} : { to: { name: '', address: to } }),
    envelope: { from, to: to === '' ? 'nobody@localhost' : to },
    subject: note === undefined ? answer.subject : subjectOf(answer, note),
    text: note === undefined ? answer.text : textOf(answer, { from, to }, note),
    textEncoding: 'quoted-printable',
    ...(note === undefined ? {} : threadOf(answer, note)),
    headers: { 'X-Postseal-Answer-To': answer.reference },
    attachments: [
      ...answer.files.map(({ name, type, content }) => ({
        filename: name,
        contentType: asFile(type),
        content,
        contentTransferEncoding: 'base64' as const,
        contentDisposition: 'attachment' as const,
      })),
      ...(note === undefined ? [] : [{ raw: attached(note.arrived) }]),
    ],
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return Buffer.isBuffer(message) ? message : Buffer.from([])
}

/** A type with a structure of its own would be shown, not saved, and could not be base64. */
function asFile(type: string): string {
  return /^(?:multipart|message)\//.test(type) ? 'application/octet-stream' : type
}

/** Characters of a subject at most. */
const MAX_SUBJECT = 400

function subjectOf({ subject }: OpenedAnswer, { language }: AnswerNote): string {
  const bare = withoutReplyPrefix(visible(subject)).trim().slice(0, MAX_SUBJECT).trim()
  return bare === '' ? ANSWER_TEXTS[language].subject : `Re: ${bare}`
}

function textOf(
  { reference, text }: OpenedAnswer,
  { from }: AnswerEnds,
  { language, repeatedAfter, otherSender }: AnswerNote,
): string {
  const words = ANSWER_TEXTS[language]
  const fill = (paragraph: string): string =>
    paragraph.replace(/\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole)
  const values = new Map([
    ['reference', reference],
    ['recipient', oneLine(from)],
    ['sender', oneLine(otherSender ?? '')],
    ['date', new Date(repeatedAfter ?? 0).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')],
  ])
  const said = text.replace(UNSEEN, '').trim()
  const paragraphs = [
    ...(repeatedAfter === undefined ? [] : [words.repeated]),
    words.opened,
    ...(otherSender === undefined ? [] : [words.otherSender]),
    words.proves,
    words.attached,
  ].map(fill)
  return `${paragraphs.join('\n\n')}\n\n${`${words.answer} `.padEnd(RULE_WIDTH, '-')}\n\n${said === '' ? words.noText : said}\n`
}

const RULE_WIDTH = 72

/** Control characters but tab and line feed, and what turns the direction of writing. */
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g

function visible(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(UNSEEN, '')
}

function oneLine(text: string): string {
  return visible(text).slice(0, 320)
}

/** Before anybody wrote letters of ours, or in the future, is the clock of whoever wrote it wrong. */
const FIRST_DATE = Date.UTC(2020, 0)
const DAY_MS = 86_400_000

function threadOf(
  { writtenAt }: OpenedAnswer,
  { messageId, original, now }: AnswerNote,
): { messageId: string; date: Date; inReplyTo?: string; references?: string } {
  const isLikely = writtenAt !== null && writtenAt > FIRST_DATE && writtenAt < now + DAY_MS
  return {
    messageId: `<${messageId}>`,
    date: new Date(isLikely ? writtenAt : now),
    ...(original === undefined ? {} : { inReplyTo: `<${original}>`, references: `<${original}>` }),
  }
}

/** The mail as it came, as a part of another: not a byte of it is changed. */
function attached(message: Buffer): Buffer {
  const is8bit = message.some(byte => byte > 0x7f)
  const header = [
    'Content-Type: message/rfc822',
    `Content-Transfer-Encoding: ${is8bit ? '8bit' : '7bit'}`,
    'Content-Disposition: attachment; filename="original.eml"',
    '',
    '',
  ].join('\r\n')
  return Buffer.concat([Buffer.from(header), message])
}
