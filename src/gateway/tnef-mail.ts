import type { TnefContent } from '../container/tnef.js'
import type { MessageLimits } from '../message/limits.js'
import type { Mail } from '../message/mail.js'
import { parseMail } from '../message/parse-mail.js'

const BOUNDARY = '=_part-of-tnef-'

const TYPES = {
  plain: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  rtf: 'application/x-compressed-rtf',
} as const

/**
 * What a TNEF stream holds as a message of its own, so that every detector and every rule sees it:
 * texts first, then the files, each in its own bytes.
 */
export function tnefMail(content: TnefContent, limits: Partial<MessageLimits>): Mail {
  const parts: readonly ContentPart[] = [
    ...content.texts.map(({ kind, bytes }) => ({ type: TYPES[kind], name: 'inline', bytes })),
    ...content.attachments.map(({ name, bytes }) => ({
      type: 'application/octet-stream',
      name: `attachment${fileName(name)}`,
      bytes,
    })),
  ]
  if (parts.length === 0) return parseMail(Buffer.from('\r\n'), undefined, limits)
  const boundary = boundaryFor(parts)
  return parseMail(
    Buffer.concat([
      Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`),
      ...parts.flatMap(part => partOf(part, boundary)),
      Buffer.from(`--${boundary}--\r\n`),
    ]),
    undefined,
    limits,
  )
}

interface ContentPart {
  readonly type: string
  /** Content-Disposition. */
  readonly name: string
  readonly bytes: Buffer
}

/** One that stands in none of the parts. */
function boundaryFor(parts: readonly ContentPart[]): string {
  let count = 0
  while (parts.some(({ bytes }) => bytes.includes(`${BOUNDARY}${count}`))) count += 1
  return `${BOUNDARY}${count}`
}

function partOf({ type, name, bytes }: ContentPart, boundary: string): readonly Buffer[] {
  const header = [
    `--${boundary}`,
    `Content-Type: ${type}`,
    `Content-Disposition: ${name}`,
    'Content-Transfer-Encoding: binary',
    '',
    '',
  ]
  return [Buffer.from(header.join('\r\n')), bytes, Buffer.from('\r\n')]
}

/** RFC 2231, so that no name can be anything but a name. */
function fileName(name: string | undefined): string {
  if (name === undefined || name === '') return ''
  const bytes = [...Buffer.from(name.slice(0, 200), 'utf8')]
  const escaped = bytes.map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
  return `; filename*=utf-8''${escaped}`
}
