import { MessageError } from './message-error.js'

/** Transfer encodings that a body can be written in. */
export type BodyEncoding = '7bit' | '8bit' | 'binary' | 'quoted-printable' | 'base64'

/**
 * Puts a transfer encoding on the bytes of a text part, with lines as long as it allows.
 *
 * Quoted-printable keeps CRLF and LF as line breaks; base64 ends each line with `lineBreak`.
 * Throws  ERR_MESSAGE_ENCODING when 7bit or 8bit can't hold the bytes.
 * Source  RFC 2045 sections 2.7, 2.8, 6.7 and 6.8
 */
export function encodeBody(
  bytes: Buffer,
  encoding: BodyEncoding,
  lineBreak: '\r\n' | '\n' = '\r\n',
): Buffer {
  switch (encoding) {
    case '7bit':
      if (bytes.some(byte => byte > 0x7f)) refuse('7bit can not hold 8-bit characters')
      return checkLines(bytes)
    case '8bit':
      return checkLines(bytes)
    case 'binary':
      return bytes
    case 'quoted-printable':
      return encodeQuotedPrintable(bytes, lineBreak)
    case 'base64': {
      const lines = bytes.toString('base64').match(/.{1,76}/g) ?? []
      return Buffer.from(lines.map(line => line + lineBreak).join(''), 'latin1')
    }
    default: {
      const impossible: never = encoding
      return impossible
    }
  }
}

const MAX_LINE = 998
/** Characters of a quoted-printable line, the `=` of a soft break included. */
const MAX_QP_LINE = 76

function checkLines(bytes: Buffer): Buffer {
  if (bytes.includes(0)) refuse('the text holds a NUL byte')
  for (let at = 0; at <= bytes.length;) {
    const lf = bytes.indexOf(0x0a, at)
    const end = lf < 0 ? bytes.length : lf
    const isCrLf = end > at && lf >= 0 && bytes[end - 1] === 0x0d
    if (end - at - (isCrLf ? 1 : 0) > MAX_LINE) refuse('a line is longer than 998 bytes')
    at = end + 1
  }
  return bytes
}

function encodeQuotedPrintable(bytes: Buffer, softBreak: string): Buffer {
  const lines = bytes.toString('latin1').split(/(?<=\n)/)
  return Buffer.from(lines.map(line => encodeLine(line, softBreak)).join(''), 'latin1')
}

function encodeLine(line: string, softBreak: string): string {
  const lineBreak = /\r?\n$/.exec(line)?.[0] ?? ''
  const text = line.slice(0, line.length - lineBreak.length)
  let encoded = ''
  let used = 0
  for (let at = 0; at < text.length; at++) {
    const isLast = at === text.length - 1
    const piece = escapeChar(text.charAt(at), isLast)
    // A character that ends the line needs no room for the soft break.
    if (used + piece.length > MAX_QP_LINE - (isLast ? 0 : 1)) {
      encoded += `=${softBreak}`
      used = 0
    }
    encoded += piece
    used += piece.length
  }
  return encoded + lineBreak
}

/** White space at the end of a line would be taken for padding. */
function escapeChar(char: string, isLast: boolean): string {
  const isPlain = /^[!-<>-~]$/.test(char) || (/^[ \t]$/.test(char) && !isLast)
  if (isPlain) return char
  return `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function refuse(why: string): never {
  throw new MessageError('ERR_MESSAGE_ENCODING', why)
}
