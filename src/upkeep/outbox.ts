import { createTransport, type SendMailOptions } from 'nodemailer'
import { bug, GatewayError, reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { StoreAdmin } from '../store/admin.js'
import { newToken, tokenDigest } from '../ask/token.js'
import type { NewNotice, Notice } from '../store/outbox.js'
import type { QuestionStore } from '../store/questions.js'
import type { Language } from './notice-texts.js'
import type { Disclosure, Secret } from './disclose.js'
import type { PasswordText } from '../seal/letter.js'
import { noticeMail, type NoticeSettings } from './notice-mail.js'
import { questionMail, type AnswerWays } from './question-mail.js'
import { NO_TEXT_MESSAGE, passwordMail, passwordSms } from './password-mail.js'

/** Notices of one turn. */
const MOST = 50
const TIMEOUT_MS = 30_000
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3_600_000

/** Gives a mail to Postfix; resolves when Postfix has taken it. */
export type SendNotice = (notice: Notice) => Promise<void>

export interface PasswordSending {
  readonly disclosure: Disclosure
  readonly store: { addNotice(notice: NewNotice): Promise<void> }
  readonly log: Pick<Log, 'warn' | 'error'>
  /** Whether an address is one of the own domains: nobody else is told what became of a letter. */
  readonly isInside: (address: string) => boolean
  /** Whether there is a format with a password that the servers of a recipient have not sent back. */
  readonly hasFormatFor: (recipient: string) => Promise<boolean>
  /** Language of a text message to a recipient. */
  readonly languageFor: (recipient: string) => Language
}

export interface QuestionSending {
  readonly questions: Pick<QuestionStore, 'addToken'>
  readonly ways: AnswerWays
}

/**
 * Sends notices to the Postfix at `smtp` (`HOST:PORT`), one connection each, and passwords for
 * telephones to the plugin for them.
 *
 * A notice about a letter whose password is kept no longer is given up. A text message that is refused
 * for good, or not taken for long, becomes a notice to the sender. A question that is not open any more is
 * given up; each mail of one has a token of its own, which is nowhere but there.
 */
export function noticeSender(
  smtp: string,
  settings: NoticeSettings,
  passwords: PasswordSending,
  asking?: QuestionSending,
): SendNotice {
  const { disclosure } = passwords
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
      const text = passwordSms(letter.sender, password, passwords.languageFor(notice.recipient))
      const message = { to: telephone, text, id: notice.messageId }
      if (!(await sendText(notice, message, passwords))) return
    }
    await disclosure.told(notice, letter)
  }
  const ask = async (notice: Notice): Promise<void> => {
    if (asking === undefined) return bug('a question, and nobody to ask it')
    const { questions, ways } = asking
    const token = newToken()
    const question = await questions.addToken(notice.key, tokenDigest(token) ?? bug('no token'))
    if (question !== undefined)
      await sendMail(questionMail(notice, question, token, { ...settings, ...ways }))
  }
  return async notice => {
    const { kind } = notice
    if (kind === 'ask') return ask(notice)
    if (kind === 'returned') {
      if (!passwords.isInside(notice.to)) return
      const again = await passwords.hasFormatFor(notice.recipient)
      await sendMail(noticeMail({ ...notice, kind: again ? kind : 'returned-for-good' }, settings))
      return
    }
    if (kind !== 'password' && kind !== 'sms')
      return sendMail(noticeMail({ ...notice, kind }, settings))
    const secret = await disclosure.secretOf(notice)
    if (secret !== undefined) await tell(notice, secret)
  }
}

/** Tries of a text message, four hours in all, before the sender is told instead. */
const MOST_TEXT_TRIES = 10

/** Gives whether the text message was taken; else the sender is told, where anybody may be. */
async function sendText(
  notice: Notice,
  message: PasswordText,
  { disclosure, store, log }: PasswordSending,
): Promise<boolean> {
  try {
    await disclosure.sendText(message)
    return true
  } catch (thrown) {
    const isRefused = thrown instanceof GatewayError && thrown.code === 'ERR_SEAL_TEXT_REFUSED'
    if (!isRefused && notice.attempts + 1 < MOST_TEXT_TRIES) throw thrown
  }
  const { id: _, attempts: __, ...facts } = notice
  const { reference } = notice
  if (notice.to === '') {
    const reason = 'an officer can tell it: postseal password show'
    log.error('a password could not be sent by text message', { reference, reason })
    return false
  }
  log.warn('a text message was not taken, the sender is told the password', { reference })
  await store.addNotice({
    ...facts,
    kind: 'password',
    messageId: `password.${notice.key}`,
    why: NO_TEXT_MESSAGE,
    cause: undefined,
  })
  return false
}

/**
 * Sends the notices that are due, oldest first.
 *
 * One that Postfix takes and that cannot be noted as sent goes out again: at least once, with the
 * same Message-ID. One that is not taken is tried again, each time later. They are taken from the store
 * one by one: of a process that is ended, one notice alone waits until others may take it.
 */
export async function sendNotices(
  store: Pick<StoreAdmin, 'dueNotices' | 'noticeSent' | 'noticeFailed'>,
  send: SendNotice,
  log: Log,
  now: () => number,
): Promise<void> {
  for (let turn = 0; turn < MOST; turn += 1) {
    const [notice] = await store.dueNotices(1)
    if (notice === undefined) return
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
