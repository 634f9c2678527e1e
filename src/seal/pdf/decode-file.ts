import type { SealedFile } from '../container/payload.js'

/** The bytes of a file of a message as its sender attached them. */
export function decodeFile({ encoding, start, end }: SealedFile, message: Buffer): Buffer {
  const stored = message.subarray(start, end)
  if (encoding === 'base64') return Buffer.from(stored.toString('latin1'), 'base64')
  if (encoding === 'quoted-printable') return fromQuotedPrintable(stored.toString('latin1'))
  return stored
}

/** RFC 2045, section 6.7; what is no code stays as it stands. */
function fromQuotedPrintable(text: string): Buffer {
  const joined = text.replace(/[ \t]*=[ \t]*\r?\n/g, '')
  const decoded = joined.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(decoded, 'latin1')
}
