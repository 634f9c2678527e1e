import type { Mail, Part } from '../message/mail.js'
import type { MessageKind } from '../policy/model.js'

/**
 * What sort of mail this is, where the decision table has rows of its own for it.
 *
 * These are claims of the sender, so the table may use them to choose a *way* (an automatic answer
 * is not asked about, a report is never sealed) but never to lower the protection.
 *
 * Source  RFC 3464 and 6522 (reports), 8098 (MDN), 3834 (Auto-Submitted), 2369 and 2919 (lists),
 *         5546 (calendar replies)
 */
export function kindOfMessage(mail: Mail): MessageKind {
  const { root } = mail
  if (root.type === 'multipart/report') {
    const about = root.params.get('report-type')?.toLowerCase()
    if (about === 'disposition-notification') return 'mdn'
    return 'report'
  }
  if (hasCalendarReply(mail)) return 'calendar-reply'
  const automatic = fieldValue(root, 'auto-submitted')
  if (automatic !== undefined && automatic !== 'no') return 'auto-reply'
  if (fieldValue(root, 'list-id') !== undefined) return 'list'
  return 'ordinary'
}

function hasCalendarReply(mail: Mail): boolean {
  for (const part of mail.leaves()) {
    if (part.type === 'text/calendar' && part.params.get('method')?.toLowerCase() === 'reply')
      return true
  }
  return false
}

/** First token of the first field of that name, in lower case. */
function fieldValue(part: Part, lowerName: string): string | undefined {
  const field = part.fields.find(({ name }) => name.toLowerCase() === lowerName)
  return field?.value.split(/[\s;]/, 1)[0]?.toLowerCase()
}
