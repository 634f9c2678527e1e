import type { SmtpTalk } from './milter-smtp.js'
import { dotStuffed } from './milter-smtp.js'

/** One mail of a client. What is left out is ordinary. */
export interface Letter {
  readonly from?: string
  /** Behind the sender: `BODY=8BITMIME RET=HDRS ENVID=x`. */
  readonly parameters?: string
  /** Addresses, each with what stands behind it: `bob@good.test NOTIFY=SUCCESS`. */
  readonly to: readonly string[]
  /** By what a client may say of its mail; `high` by a header, `confidential` by a tag. */
  readonly class?: 'normal' | 'high' | 'confidential'
  readonly subject?: string
  /** Further header lines, each with CRLF. */
  readonly headers?: string
  readonly body?: string
  /** The whole message with CRLF, in place of all that. */
  readonly message?: string | Buffer
  /** Whoever has given a password: `anna`. */
  readonly user?: string
  /** Sends the message with BDAT, in pieces of so many bytes. */
  readonly chunkBytes?: number
}

export const SENDER = 'anna@home.test'
/** Passwords of those who have one. */
export const USERS = { anna: 'annas password', bert: 'berts password' } as const

/** A decision may wait for the log, on a busy machine. */
const ANSWER_MS = 60_000

let count = 0

/** The text of a letter, and the Message-ID that it is known by. */
export function written(letter: Letter): { readonly bytes: Buffer; readonly messageId: string } {
  if (letter.message !== undefined) {
    const bytes =
      typeof letter.message === 'string' ? Buffer.from(letter.message, 'latin1') : letter.message
    const id = /^Message-ID: (<[^>]+>)/im.exec(bytes.toString('latin1', 0, 10_000))
    return { bytes, messageId: id?.[1] ?? '' }
  }
  const messageId = `<${process.pid}.${++count}@client.home.test>`
  const tag = letter.class === 'confidential' ? '[confidential] ' : ''
  const text = [
    `From: ${letter.from ?? SENDER}\r\n`,
    `To: ${letter.to.map(to => to.split(' ')[0]).join(', ')}\r\n`,
    `Subject: ${tag}${letter.subject ?? 'Hello'}\r\n`,
    `Message-ID: ${messageId}\r\n`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n',
    letter.class === 'high' ? 'Sensitivity: Personal\r\n' : '',
    letter.headers ?? '',
    '\r\n',
    letter.body ?? 'Good morning.\r\n',
  ]
  return { bytes: Buffer.from(text.join(''), 'latin1'), messageId }
}

/** Says the letter in a session that was just greeted; gives the reply that ended it. */
export async function sendLetter(talk: SmtpTalk, letter: Letter, bytes: Buffer): Promise<string> {
  const steps = ['EHLO client.home.test', ...passwordOf(letter.user)]
  for (const step of steps) {
    const reply = await talk.command(step)
    if (!reply.startsWith('2')) return reply
  }
  const parameters = letter.parameters === undefined ? '' : ` ${letter.parameters}`
  const mail = await talk.command(`MAIL FROM:<${letter.from ?? SENDER}>${parameters}`)
  if (!mail.startsWith('250')) return mail
  let refusal = ''
  for (const to of letter.to) {
    const [address, ...behind] = to.split(' ')
    const reply = await talk.command([`RCPT TO:<${address}>`, ...behind].join(' '))
    if (!reply.startsWith('250')) refusal = reply
  }
  if (refusal !== '') return refusal
  return letter.chunkBytes === undefined
    ? sendData(talk, bytes)
    : sendChunks(talk, bytes, letter.chunkBytes)
}

function passwordOf(user: string | undefined): string[] {
  if (user === undefined) return []
  const password = new Map<string, string>(Object.entries(USERS)).get(user) ?? ''
  return [`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`]
}

async function sendData(talk: SmtpTalk, bytes: Buffer): Promise<string> {
  const data = await talk.command('DATA')
  if (!data.startsWith('354')) return data
  talk.write(dotStuffed(bytes.toString('latin1')))
  return talk.reply(ANSWER_MS)
}

/** RFC 3030: each piece behind its length, no dots doubled. */
async function sendChunks(talk: SmtpTalk, bytes: Buffer, size: number): Promise<string> {
  for (let at = 0; ; at += size) {
    const chunk = bytes.subarray(at, at + size)
    const isLast = at + size >= bytes.length
    talk.write(`BDAT ${chunk.length}${isLast ? ' LAST' : ''}\r\n`)
    talk.write(chunk)
    const reply = await talk.reply(ANSWER_MS)
    if (isLast || !reply.startsWith('250')) return reply
  }
}
