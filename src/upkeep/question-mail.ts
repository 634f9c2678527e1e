import type { SendMailOptions } from 'nodemailer'
import { languageNamed } from '../ask/language.js'
import { QUESTION_TEXTS } from '../ask/question-texts.js'
import { printable, recipientsLine, timeText } from '../ask/show.js'
import { CHOICE_WORDS } from '../ask/words.js'
import { INSIDE_HEADER } from '../policy/lanes.js'
import type { Notice } from '../store/outbox.js'
import type { Question } from '../store/questions.js'
import { noticeFrame, type NoticeSettings } from './notice-mail.js'

/** The ways to answer that there are. */
export interface AnswerWays {
  /** Where answers by mail go; empty: nowhere. */
  readonly address: string
  /** What links begin with, without a slash at the end; empty: no links. */
  readonly baseUrl: string
}

/**
 * The mail that asks a sender what is to become of a message: as every notice from nobody, with a field
 * by which it never goes outside, since it holds a key. Message, subject and content are not named; it
 * refers to the message by its Message-ID, so that mail programs show the two together.
 */
export function questionMail(
  notice: Pick<Notice, 'to' | 'messageId'>,
  question: Question,
  token: string,
  settings: NoticeSettings & AnswerWays & { readonly timeZone?: string },
): SendMailOptions & { readonly subject: string; readonly text: string } {
  const { address, baseUrl, contact, timeZone } = settings
  const language = languageNamed(question.language)
  const words = QUESTION_TEXTS[language]
  const names = CHOICE_WORDS[language]
  const { choices, officerChoices, messageId } = question
  const fill = (text: string): string =>
    text
      .replaceAll('{recipients}', recipientsLine(question))
      .replaceAll('{at}', timeText(question.firstAt, language, timeZone))
      .replaceAll('{until}', timeText(question.until, language, timeZone))
      .replaceAll('{words}', choices.map(choice => names[choice]).join(', '))
      .replaceAll('{why}', printable(question.why))
  const forOfficer = officerChoices.includes('send') && !choices.includes('send')
  const frame = noticeFrame(notice, settings)
  return {
    ...frame,
    ...(address === '' ? {} : { from: address, replyTo: address }),
    ...(messageId === undefined ? {} : { references: `<${messageId}>` }),
    subject: `${words.subject.replaceAll('{recipients}', recipientsLine(question, 1))} [ask:${question.id}]`,
    text: [
      fill(words.waits),
      fill(words.why),
      words.question,
      choices.map(choice => `    ${names[choice]}: ${words.choice[choice]}`).join('\n'),
      ...(forOfficer ? [words.officer] : []),
      ...(address === '' ? [] : [fill(words.byReply)]),
      ...(baseUrl === '' ? [] : [words.byLink, `    ${baseUrl}/a/${token}`]),
      fill(words.silence[question.silence]),
      words.secret,
      ...(contact === '' ? [] : [`${words.contact}: ${contact}`]),
      `[${question.reference}]\n`,
    ].join('\n\n'),
    headers: { ...frame.headers, [INSIDE_HEADER]: 'question' },
  }
}
