import type { Edit } from '../message/edit.js'
import type { HeaderField, Mail, Part } from '../message/mail.js'
import { INSIDE_HEADER } from '../policy/lanes.js'

/** What stands in the place of a message, or header, that is returned. */
const REMOVED = Buffer.from(
  'Subject: removed\r\n\r\nRemoved by mail protection: it is for the inside only.\r\n',
)

/** Bytes of a part that are searched: the header of a message is in them. */
const HEAD_BYTES = 256 * 1024
const MARK = new RegExp(`^${INSIDE_HEADER}\\s*:`, 'im')

/**
 * Edits that take out of a report what it returns of a mail that never goes outside: whoever wrote to
 * somebody inside hears that it did not arrive, and nothing of what the gateway had made of it.
 *
 * Source  RFC 3462, RFC 6522, section 3: the third part of a report
 */
export async function withoutInside(mail: Mail): Promise<readonly Edit[]> {
  const { root, envelope } = mail
  if (root.type !== 'multipart/report' || envelope.sender !== '') return []
  const edits: Edit[] = []
  for (const part of root.children)
    if (await returnsInside(mail, part))
      edits.push({ kind: 'splice', ...part.body, bytes: REMOVED })
  return edits
}

async function returnsInside(mail: Mail, part: Part): Promise<boolean> {
  if (part.children.some(({ fields }) => fields.some(isMark))) return true
  if (part.children.length > 0) return false
  return MARK.test((await mail.head(part, HEAD_BYTES)).toString('latin1'))
}

function isMark({ name }: HeaderField): boolean {
  return name.toLowerCase() === INSIDE_HEADER.toLowerCase()
}
