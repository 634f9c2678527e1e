import type { SendMailOptions } from 'nodemailer'
import type { Notice } from '../store/outbox.js'
import { NOTICE_TEXTS, type Language, type NoticeTextKind } from './notice-texts.js'

export interface NoticeSettings {
  /** Name of this gateway. */
  readonly hostname: string
  /** From field; empty: postmaster at `hostname`. */
  readonly from: string
  readonly language: Language
  /** Whom a sender may ask; empty: nobody is named. */
  readonly contact: string
}

/** A notice as a mail; see `noticeFrame`. */
export function noticeMail(
  notice: Omit<Notice, 'kind'> & { readonly kind: NoticeTextKind },
  settings: NoticeSettings,
): SendMailOptions {
  const { language, contact } = settings
  const words = NOTICE_TEXTS[language][notice.kind]
  const fill = (text: string): string =>
    text
      .replaceAll('{recipient}', oneLine(notice.recipient))
      .replaceAll('{why}', oneLine(notice.why))
  const paragraphs = [
    ...words.body.map(fill),
    ...(contact === '' ? [] : [`${words.contact}: ${contact}`]),
    `[${notice.reference}]`,
  ]
  return {
    ...noticeFrame(notice, settings),
    subject: fill(words.subject),
    text: `${paragraphs.join('\n\n')}\n`,
  }
}

/**
 * What all notices have: they come from nobody (RFC 3834, section 3.3), so that no answer comes back,
 * with the same Message-ID each time that one is sent.
 */
export function noticeFrame(
  notice: Pick<Notice, 'to' | 'messageId'>,
  { hostname, from }: Pick<NoticeSettings, 'hostname' | 'from'>,
): Omit<SendMailOptions, 'headers'> & { readonly headers: Readonly<Record<string, string>> } {
  return {
    envelope: { from: '', to: [notice.to] },
    from: from === '' ? `postmaster@${hostname}` : from,
    to: notice.to,
    messageId: `<${notice.messageId}@${hostname}>`,
    headers: { 'Auto-Submitted': 'auto-generated', Precedence: 'bulk' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Printable, and no longer than anybody reads. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 300)
}
