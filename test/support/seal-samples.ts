import type { Mail } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { SealedLetter, SealOrder } from '../../src/seal/letter.js'
import type { ContainerHeader } from '../../src/seal/container/header.js'
import type { Payload } from '../../src/seal/container/seal-payload.js'

/** A header with everything fixed; the fewest iterations that are read, to save time. */
export function sampleHeader(
  length: number,
  changes: Partial<ContainerHeader> = {},
): ContainerHeader {
  return {
    kind: 'letter',
    iterations: 210_000,
    salt: Buffer.from(Array.from({ length: 32 }, (_, at) => at)),
    iv: Buffer.from(Array.from({ length: 16 }, (_, at) => 0xf0 + at)),
    length,
    reference: '7k2m9q4v1p3t8s6r0abc',
    recipient: 'AbCdEfGhIjKlMn_-',
    ...changes,
  }
}

export function payloadOf(...pieces: readonly (Buffer | string)[]): Payload {
  const buffers = pieces.map(piece => Buffer.from(piece))
  return {
    size: buffers.reduce((sum, { length }) => sum + length, 0),
    async *chunks() {
      yield* buffers
    },
  }
}

export const PASSWORD = 'KZ7M-QP4L-9TVA-HR2D'
export const SEED = Buffer.alloc(32, 7)

/** An order with everything but the message; German, from a company. */
export function sampleOrder(mail: Mail, changes: Partial<SealOrder> = {}): SealOrder {
  return {
    mail,
    recipient: 'eva@good.example',
    sender: 'anna@in.example',
    reference: '7k2m9q4v1p3t8s6r0abc',
    language: 'de',
    style: {
      company: 'Praxis am See',
      logo: undefined,
      colour: '#0b6e6e',
      subject: {
        de: 'Vertrauliche Nachricht',
        fr: 'Message confidentiel',
        it: 'Messaggio riservato',
        en: 'Confidential message',
      },
      contact: 'Telefon 044 000 00 00',
    },
    password: PASSWORD,
    seed: SEED,
    keys: [],
    passwordWay: 'sender',
    ...changes,
  }
}

/** A mail with umlauts, text and HTML, an image inside, two files, and what stays outside. */
export const CLINIC_MAIL = [
  'Return-Path: <anna@in.example>',
  'Received: from pc17.in.example (pc17 [192.0.2.7]) by mx.in.example; Mon, 30 Nov 2026 09:15:01 +0100',
  'From: =?utf-8?q?Praxis_Dr=2E_Anna_Beispiel?= <anna@in.example>',
  'To: "Eva M" <eva@good.example>',
  'Bcc: secret@other.example',
  'Subject: =?utf-8?q?Ihr_Befund_vom_24=2E_November?=',
  'Date: Mon, 30 Nov 2026 09:15:00 +0100',
  'X-Postseal-Reference: 7k2m9q4v1p3t8s6r0abc-0123456789abcdef',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=o',
  '',
  '--o',
  'Content-Type: multipart/alternative; boundary=a',
  '',
  '--a',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Sehr geehrte Frau M=FCller',
  '',
  'Der Befund liegt bei.',
  '--a',
  'Content-Type: multipart/related; boundary=r',
  '',
  '--r',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p onclick="alert(1)">Der <b>Befund</b> liegt bei. <img src="cid:logo@in" alt="Logo"></p><script>alert(1)</script>',
  '--r',
  'Content-Type: image/png; name=logo.png',
  'Content-ID: <logo@in>',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  '--r--',
  '--a--',
  '--o',
  'Content-Type: application/pdf',
  "Content-Disposition: attachment; filename*=utf-8''..%2F..%2FBefund%20M%C3%BCller.pdf",
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQKaGVsbG8K',
  '--o',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'Content-Type: text/plain',
  '',
  'inner text',
  '--o--',
  '',
].join('\r\n')

/** What of it has to arrive: all but what is nobody's business. */
export const INNER_MAIL = CLINIC_MAIL.split('\r\n')
  .filter(line => !/^(?:Return-Path|Received|Bcc|X-Postseal-Reference):/.test(line))
  .join('\r\n')

export const clinicMail = (): Mail => parseMail(Buffer.from(CLINIC_MAIL), ENVELOPE)

const ENVELOPE = { sender: 'anna@in.example', recipients: ['eva@good.example'] }

/** The body of a letter in one piece. */
export async function bodyOf({ body }: Pick<SealedLetter, 'body'>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** The file in the last part of a letter, transfer-decoded; `body` where it was read before. */
export async function fileIn(letter: SealedLetter, body?: Buffer): Promise<Buffer> {
  const header = letter.fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
  const mail = parseMail(
    Buffer.concat([Buffer.from(`${header}\r\n`), body ?? (await bodyOf(letter))]),
    ENVELOPE,
  )
  const part = [...mail.leaves()].at(-1)
  if (part === undefined) throw new Error('the letter has no parts')
  const pieces: Buffer[] = []
  for await (const piece of mail.decoded(part)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}
