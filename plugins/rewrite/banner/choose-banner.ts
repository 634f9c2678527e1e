import type { Decision, RiskClass } from 'postseal/plugin'
import { templateText, type Language } from './templates.js'

/** What is put into a message, for readers of text and of HTML. */
export interface Banner {
  readonly text: string
  /** HTML of the administrator's own, undefined where the text is shown in a box. */
  readonly html: string | undefined
}

/** One entry of milter.conf. */
export interface BannerEntry {
  readonly class: RiskClass | 'any'
  readonly level: string
  readonly text: string
  readonly html: string
}

/**
 * Gives the banner for a decision: the first entry that fits, else the shipped text of the class.
 *
 * An entry names a level of the recipients' domains; it fits when every recipient outside has it.
 * Gives   undefined when nothing fits, when the entry that fits is empty (an exception), and for
 *         mail that stays inside.
 */
export function chooseBanner(
  decision: Decision,
  entries: readonly BannerEntry[],
  template: Language | 'none',
): Banner | undefined {
  const outside = decision.recipients.filter(({ level }) => level !== 'internal')
  if (outside.length === 0) return undefined
  const entry = entries.find(
    entry =>
      (entry.class === 'any' || entry.class === decision.class) &&
      (entry.level === 'any' || outside.every(({ level }) => level === entry.level)),
  )
  const text = entry === undefined ? templateText(template, decision.class) : entry.text.trim()
  if (text === '') return undefined
  return { text, html: entry?.html.trim() || undefined }
}
