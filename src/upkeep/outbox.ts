import { createTransport, type SendMailOptions } from 'nodemailer'
import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { StoreAdmin } from '../store/admin.js'
import type { Notice } from '../store/outbox.js'
import type { Language } from './notice-texts.js'
import type { Disclosure, Secret } from './disclose.js'
import { noticeMail, type NoticeSettings } from './notice-mail.js'
import { passwordMail, passwordSms } from './password-mail.js'

/** Notices of one turn. */
const AT_ONCE = 50
const TIMEOUT_MS = 30_000
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3_600_000

/** Gives a mail to Postfix; resolves when Postfix has taken it. */
export type SendNotice = (notice: Notice) => Promise<void>

export interface PasswordSending {
  readonly disclosure: Disclosure
  /** Language of a text message to a recipient. */
  readonly languageFor: (recipient: string) => Language
}

/**
 * Sends notices to the Postfix at `smtp` (`HOST:PORT`), one connection each, and passwords for
 * telephones to the plugin for them.
 *
 * A notice about a letter whose password is kept no longer is given up.
 */
export function noticeSender(
  smtp: string,
  settings: NoticeSettings,
  { disclosure, languageFor }: PasswordSending,
): SendNotice {
  const colon = smtp.lastIndexOf(':')
  const host = smtp.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(smtp.slice(colon + 1))
  const sendMail = async (mail: SendMailOptions): Promise<void> => {
    const transport = createTransport({
      host,
      port,
      name: settings.hostname,
      // On this machine; a certificate for its name would prove nothing.
      ignoreTLS: true,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    })
    try {
      await transport.sendMail(mail)
    } finally {
      transport.close()
    }
  }
  const tell = async (notice: Notice, { letter, password, telephone }: Secret): Promise<void> => {
    if (notice.kind === 'password') await sendMail(passwordMail(notice, password, settings))
    else if (telephone !== undefined) {
      const text = passwordSms(notice, password, languageFor(notice.recipient))
      await disclosure.sendText({ to: telephone, text, id: notice.messageId })
    }
    await disclosure.told(notice, letter)
  }
  return async notice => {
    const { kind } = notice
    if (kind !== 'password' && kind !== 'sms')
      return sendMail(noticeMail({ ...notice, kind }, settings))
    const secret = await disclosure.secretOf(notice)
    if (secret !== undefined) await tell(notice, secret)
  }
}

/**
 * Sends the notices that are due, oldest first.
 *
 * One that Postfix takes and that cannot be noted as sent goes out again: at least once, with the
 * same Message-ID. One that is not taken is tried again, each time later.
 */
export async function sendNotices(
  store: Pick<StoreAdmin, 'dueNotices' | 'noticeSent' | 'noticeFailed'>,
  send: SendNotice,
  log: Log,
  now: () => number,
): Promise<void> {
  for (const notice of await store.dueNotices(AT_ONCE)) {
    const { id, kind, attempts, reference } = notice
    try {
      await send(notice)
    } catch (thrown) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS)
      await store.noticeFailed(id, now() + pause)
      log.warn('a notice could not be sent', { reference, reason: reasonOf(thrown) })
      continue
    }
    await store.noticeSent(id)
    log.info('a sender was told', { reference, action: kind })
  }
}
