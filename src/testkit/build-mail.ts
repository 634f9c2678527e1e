import { encodeBody } from '../message/encode-body.js'
import { encodeHeaderText } from '../message/encoded-word.js'
import type { Envelope, Mail } from '../message/mail.js'
import { parseMail } from '../message/parse-mail.js'

/** What a mail for a test is made of. */
export interface MailDraft {
  readonly from?: string
  readonly to?: readonly string[]
  readonly subject?: string
  /** Further header fields, in order; values as they stand on the wire. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly text?: string
  readonly html?: string
  readonly attachments?: readonly Attachment[]
  /** What the envelope says besides sender and recipients, such as `authUser`. */
  readonly envelope?: Partial<Envelope>
}

/** A file in a mail for a test. */
export interface Attachment {
  readonly name: string
  readonly bytes: Buffer
  readonly type?: string
}

/**
 * Makes a mail for a test: plain text, HTML or both as alternatives, with attachments around them.
 * For anything stranger write the message as text and use `mailFromText`.
 */
export function buildMail(draft: MailDraft): Mail {
  const { from = 'alice@example.org', to = ['bob@example.net'], subject, headers = [] } = draft
  const head = [
    `From: <${from}>`,
    `To: ${to.map(address => `<${address}>`).join(', ')}`,
    ...(subject === undefined ? [] : [`Subject: ${folded(encodeHeaderText(subject))}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
  ]
  const message = `${head.join(CRLF)}${CRLF}${content(draft)}`
  return parseMail(Buffer.from(message), { sender: from, recipients: to, ...draft.envelope })
}

/** A mail from its text; lines may end in LF. */
export function mailFromText(text: string, envelope: Partial<Envelope> = {}): Mail {
  const message = Buffer.from(text.replace(/\r?\n/g, CRLF))
  const from = { sender: 'alice@example.org', recipients: ['bob@example.net'] }
  return parseMail(message, { ...from, ...envelope })
}

const CRLF = '\r\n'

/** The content fields and the body. */
function content({ text, html, attachments = [] }: MailDraft): string {
  const texts = [
    ...(text === undefined && html !== undefined ? [] : [textPart('plain', text ?? '')]),
    ...(html === undefined ? [] : [textPart('html', html)]),
  ]
  const body = texts.length > 1 ? multipart('alternative', texts) : (texts[0] ?? '')
  if (attachments.length === 0) return body
  return multipart('mixed', [body, ...attachments.map(attachmentPart)])
}

function textPart(kind: 'plain' | 'html', text: string): string {
  const body = encodeBody(Buffer.from(text.replace(/\r?\n/g, CRLF)), 'quoted-printable')
  return part([`Content-Type: text/${kind}; charset=utf-8`, QUOTED_PRINTABLE], body)
}

function attachmentPart({ name, bytes, type = 'application/octet-stream' }: Attachment): string {
  const disposition = `Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}`
  const fields = [`Content-Type: ${type}`, disposition, 'Content-Transfer-Encoding: base64']
  return part(fields, encodeBody(bytes, 'base64'))
}

const QUOTED_PRINTABLE = 'Content-Transfer-Encoding: quoted-printable'

function multipart(kind: 'alternative' | 'mixed', parts: readonly string[]): string {
  const boundary = `boundary-of-${kind}`
  const body = parts.map(each => `--${boundary}${CRLF}${each}${CRLF}`).join('')
  const field = `Content-Type: multipart/${kind}; boundary="${boundary}"`
  return part([field], Buffer.from(`${body}--${boundary}--${CRLF}`))
}

function part(fields: readonly string[], body: Buffer): string {
  return `${fields.join(CRLF)}${CRLF}${CRLF}${body.toString('latin1')}`
}

/** Folds of the encoder as they stand on the wire. */
function folded(value: string): string {
  return value.replace(/\r?\n/g, CRLF)
}
