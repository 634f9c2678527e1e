import type { SendMailOptions } from 'nodemailer'
import { INSIDE_HEADER } from '../policy/lanes.js'
import type { Notice } from '../store/outbox.js'
import { noticeFrame, oneLine, type NoticeSettings } from './notice-mail.js'
import type { Language } from './notice-texts.js'
import { PASSWORD_TEXTS } from './password-texts.js'

/** Why a sender is told a password that was to go to a telephone (`Notice.why`). */
export const NO_TEXT_MESSAGE = 'the text message with the password was not taken'

/**
 * The notice that tells a sender the password of a letter: as every notice, with a field by which it
 * never goes outside, whatever aliases or forwards make of its recipient.
 */
export function passwordMail(
  notice: Notice,
  password: string,
  settings: NoticeSettings,
): SendMailOptions & { readonly subject: string; readonly text: string } {
  const words = PASSWORD_TEXTS[settings.language]
  const fill = (text: string): string => text.replaceAll('{recipient}', oneLine(notice.recipient))
  const frame = noticeFrame(notice, settings)
  return {
    ...frame,
    subject: fill(words.subject),
    text: [
      ...(notice.why === NO_TEXT_MESSAGE ? [fill(words.noText)] : []),
      ...words.before.map(fill),
      `    ${password}`,
      ...words.after.map(fill),
      ...(settings.contact === '' ? [] : [`${words.contact}: ${settings.contact}`]),
      `[${notice.reference}]\n`,
    ].join('\n\n'),
    headers: { ...frame.headers, [INSIDE_HEADER]: 'password' },
  }
}

/** The same for a telephone, in the language of the recipient. */
export function passwordSms(sender: string, password: string, language: Language): string {
  return PASSWORD_TEXTS[language].sms
    .replaceAll('{sender}', oneLine(sender))
    .replaceAll('{password}', password)
}
