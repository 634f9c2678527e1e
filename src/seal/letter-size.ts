import type { Mail } from '../message/mail.js'
import type { LetterForm } from './letter.js'
import { viewLimit } from './view-limit.js'

/** What the size of a letter is told by before anything is sealed. */
export interface SizeFacts {
  readonly messageBytes: number
  /** What the view in the letter takes at most. */
  readonly viewBytes: number
}

export function sizeFacts(mail: Pick<Mail, 'source' | 'root'>): SizeFacts {
  return { messageBytes: mail.source.size, viewBytes: viewLimit(mail) }
}

/** Bytes of a letter's body at most. */
export function mostLetterBytes(
  { factor, plus, view = 0 }: LetterForm['growth'],
  { messageBytes, viewBytes }: SizeFacts,
): number {
  return Math.ceil(messageBytes * factor + viewBytes * view) + plus
}
