import { createHash } from 'node:crypto'
import { encodeHeaderText } from '../message/encoded-word.js'
import type { SealedLetter, SealOrder } from './letter.js'
import { base64Lines, base64Size } from './letter-mail.js'
import { payloadOfBytes } from './whole-message.js'

const CRLF = '\r\n'

/** The neutral subject, and what a reader of keys needs to know of the body. */
function fieldsOf(
  { style, language }: SealOrder,
  type: string,
  encoding: string,
): SealedLetter['fields'] {
  return [
    { name: 'Subject', value: encodeHeaderText(style.subject[language]) },
    { name: 'MIME-Version', value: '1.0' },
    { name: 'Content-Type', value: type },
    { name: 'Content-Transfer-Encoding', value: encoding },
  ]
}

/** A mail that is one CMS structure (RFC 8551, section 3.3). */
export function smimeMail(order: SealOrder, cms: Uint8Array): SealedLetter {
  const file = payloadOfBytes(cms)
  const type = 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
  return {
    fields: fieldsOf(order, type, 'base64'),
    body: base64Lines(file),
    bodyBytes: base64Size(file.size),
  }
}

/** A mail that is one armoured OpenPGP message (RFC 3156, section 4). */
export function pgpMail(order: SealOrder, armoured: string): SealedLetter {
  const boundary = `=_letter_${createHash('sha256').update(order.reference).digest('hex').slice(0, 24)}`
  const text = [
    `--${boundary}`,
    'Content-Type: application/pgp-encrypted',
    '',
    'Version: 1',
    '',
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    'Content-Disposition: inline; filename="encrypted.asc"',
    '',
    armoured.trimEnd().replace(/\r?\n/g, CRLF),
    '',
    `--${boundary}--`,
    '',
  ].join(CRLF)
  const body = Buffer.from(text, 'latin1')
  const protocol = 'protocol="application/pgp-encrypted"'
  return {
    fields: fieldsOf(order, `multipart/encrypted; ${protocol}; boundary="${boundary}"`, '7bit'),
    body: payloadOfBytes(body).chunks(),
    bodyBytes: body.length,
  }
}
