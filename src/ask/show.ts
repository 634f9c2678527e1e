import type { Question } from '../store/questions.js'
import type { Language } from './language.js'

/** Most recipients that are named. */
const NAMED = 20

/** Recipients as one line; beyond `most` they are only counted. */
export function recipientsLine({ recipients }: Pick<Question, 'recipients'>, most = NAMED): string {
  const named = recipients.slice(0, most).map(printable)
  const more = recipients.length - named.length
  return `${named.join(', ')}${more > 0 ? ` (+${more})` : ''}`
}

/** A time as people write it; `timeZone` undefined: that of this machine. */
export function timeText(at: number, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(at)
}

const LOCALES: Readonly<Record<Language, string>> = {
  de: 'de-CH',
  fr: 'fr-CH',
  it: 'it-CH',
  en: 'en-GB',
}

/** In one line, and no longer than anybody reads. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300)
}
