import { encodeBody, encodeText, type Edit, type Mail, type TextPart } from 'postseal/plugin'

/**
 * One splice that puts another text into the place of a part's body, in the same character set and
 * transfer encoding.
 *
 * Gives   undefined where that would break something: a signature around it, a part that was cut or
 *         is damaged, a character set that lacks a letter, or an encoding that cannot hold it.
 */
export function partEdit(mail: Mail, { part, cut }: TextPart, text: string): Edit | undefined {
  const isDamaged = mail.damage.some(damage => damage.part === part.path)
  if (cut || isDamaged || isSigned(part)) return undefined
  const bytes = encodeText(text, part.charset)
  if (bytes === undefined) return undefined
  const { start, end } = part.body
  switch (part.encoding) {
    case '7bit':
      if (bytes.some(byte => byte > 0x7f)) return undefined
      return { kind: 'splice', start, end, bytes }
    case '8bit':
      return { kind: 'splice', start, end, bytes }
    case 'quoted-printable':
    case 'base64':
      return { kind: 'splice', start, end, bytes: encodeBody(bytes, part.encoding) }
    default:
      return undefined
  }
}

/** A signature covers every byte beside and below it (RFC 1847). */
function isSigned(part: TextPart['part']): boolean {
  for (let at: TextPart['part'] | undefined = part; at !== undefined; at = at.parent)
    if (at.type === 'multipart/signed') return true
  return false
}
