import { createHash } from 'node:crypto'
import { encodeBody } from '../message/encode-body.js'
import { encodeHeaderText } from '../message/encoded-word.js'
import { oneLine } from './html/letter-style.js'
import type { Payload } from './container/seal-payload.js'
import { coverText, letterName, type CoverFacts } from './cover.js'
import type { SealedLetter, SealOrder } from './letter.js'

export interface LetterFileFacts {
  readonly format: CoverFacts['format']
  /** Media type with its parameters but the name. */
  readonly type: string
  /** `7bit` for a file that travels as it is, with CRLF line ends. */
  readonly encoding: '7bit' | 'base64'
  readonly file: Payload
}

/** The mail around an encrypted file: a cover text, and the file. */
export function letterMail(
  order: SealOrder,
  { format, type, encoding, file }: LetterFileFacts,
): SealedLetter {
  const { language, reference, style } = order
  const name = letterName({ format, language, reference })
  const cover = coverText({
    format,
    language,
    reference,
    sender: order.sender,
    company: oneLine(style.company),
    contact: oneLine(style.contact),
    passwordWay: order.passwordWay ?? 'sender',
  })
  // Nothing in either part can hold it: neither `_` nor `=` with two letters stands in front of it there.
  const boundary = `=_letter_${createHash('sha256').update(reference).digest('hex').slice(0, 24)}`
  const front = lines(
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    encodeBody(Buffer.from(cover.replaceAll('\n', CRLF)), 'quoted-printable').toString('latin1') +
      `--${boundary}`,
    `Content-Type: ${type};`,
    ` name="${name}"`,
    `Content-Transfer-Encoding: ${encoding}`,
    `Content-Disposition: attachment; filename="${name}"`,
    '',
    '',
  )
  const back = lines('', `--${boundary}--`, '')
  const size = encoding === '7bit' ? file.size : base64Size(file.size)
  return {
    fields: [
      { name: 'Subject', value: encodeHeaderText(style.subject[language]) },
      { name: 'MIME-Version', value: '1.0' },
      { name: 'Content-Type', value: `multipart/mixed; boundary="${boundary}"` },
      { name: 'Content-Transfer-Encoding', value: '7bit' },
    ],
    body: (async function* () {
      yield front
      yield* encoding === '7bit' ? file.chunks() : base64Lines(file)
      yield back
    })(),
    bodyBytes: front.length + size + back.length,
  }
}

const CRLF = '\r\n'
/** RFC 2045, section 6.8: 76 characters a line, 57 bytes. */
const LINE_BYTES = 57

function lines(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.join(CRLF), 'latin1')
}

/** Every line has its CRLF, the last one too. */
export function base64Size(bytes: number): number {
  return Math.ceil(bytes / 3) * 4 + 2 * Math.ceil(bytes / LINE_BYTES)
}

export async function* base64Lines(file: Payload): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of file.chunks()) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % LINE_BYTES)
    // In pieces, so that nothing else waits for long.
    for (let at = 0; at < whole; at += PIECE)
      yield encoded(bytes.subarray(at, Math.min(whole, at + PIECE)))
    rest = bytes.subarray(whole)
  }
  if (rest.length > 0) yield encoded(rest)
}

const PIECE = LINE_BYTES * 4096

function encoded(bytes: Buffer): Buffer {
  const text = bytes.toString('base64')
  const lineChars = (LINE_BYTES / 3) * 4
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += lineChars)
    pieces.push(text.slice(at, at + lineChars), CRLF)
  return Buffer.from(pieces.join(''), 'latin1')
}
