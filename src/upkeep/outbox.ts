import { createTransport } from 'nodemailer'
import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { StoreAdmin } from '../store/admin.js'
import type { Notice } from '../store/outbox.js'
import { noticeMail, type NoticeSettings } from './notice-mail.js'

/** Notices of one turn. */
const AT_ONCE = 50
const TIMEOUT_MS = 30_000
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3_600_000

/** Gives a mail to Postfix; resolves when Postfix has taken it. */
export type SendNotice = (notice: Notice) => Promise<void>

/** Sends notices to the Postfix at `smtp` (`HOST:PORT`), one connection each. */
export function noticeSender(smtp: string, settings: NoticeSettings): SendNotice {
  const colon = smtp.lastIndexOf(':')
  const host = smtp.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(smtp.slice(colon + 1))
  return async notice => {
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
      await transport.sendMail(noticeMail(notice, settings))
    } finally {
      transport.close()
    }
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
