import type { Mail } from '../message/mail.js'
import { wireOfText, type Transaction } from '../milter/index.js'
import { LANE_HEADER, REFERENCE_HEADER } from '../policy/lanes.js'
import type { FinishedLetter } from '../seal/letter.js'

/**
 * Fields that stay when a letter takes the place of a message: who writes to whom and when, what an
 * answer goes by, and the way that it came. All others say something of what is inside, or could.
 */
export const KEPT_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'to',
  'cc',
  'reply-to',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'received',
  'return-path',
  'auto-submitted',
])

/** Our own, which the edits of every pass look after. */
const OURS = new Set([LANE_HEADER.toLowerCase(), REFERENCE_HEADER.toLowerCase()])

/** States our protection (plugins/rewrite/mark); a client's own goes with all other fields. */
export const STATEMENT = { name: 'X-Postseal-Protection', value: 'content=sealed' } as const

/** Puts a letter in the place of a message: its body, and of its header what tells nothing. */
export function putLetter(tx: Transaction, mail: Mail, letter: FinishedLetter): void {
  const names = new Set(mail.root.fields.map(({ name }) => name.toLowerCase()))
  for (const name of names)
    if (!KEPT_FIELDS.has(name) && !OURS.has(name)) tx.edits.removeHeader(name)
  for (const { name, value } of letter.fields) tx.edits.addHeader(name, wireOfText(value))
  tx.edits.addHeader(STATEMENT.name, STATEMENT.value)
  tx.edits.replaceBody(letter.body)
}
