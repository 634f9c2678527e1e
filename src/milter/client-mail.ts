import { type ClientOptions, type Heard, type MilterClient, connectMilter } from './client.js'
import type { ClientTarget } from './client-channel.js'
import { type MailMacros, mailMacros } from './client-macros.js'
import {
  type EditedMessage,
  type SplitMessage,
  applyModifications,
  joinMessage,
  splitMessage,
} from './client-message.js'
import type { ConnectInfo } from './command.js'
import type { Modification } from './modification.js'
import type { MacroStage, Step } from './negotiate.js'
import { SMFIC } from './wire.js'
import { wireOfText } from './wire-text.js'

/** A mail for a filter to look at, with what Postfix would tell about it. */
export interface ClientMail extends MailMacros {
  /** Whom the mail comes from; by default a client on the loopback address. */
  readonly client?: ConnectInfo
  readonly helo?: string
  /** Without brackets; empty for the null sender. */
  readonly sender: string
  readonly senderParameters?: readonly string[]
  readonly recipients: readonly string[]
  /** An .eml: LF or CRLF line ends. */
  readonly message: Buffer
}

/** What became of a mail. */
export interface MailResult {
  readonly verdict: 'accept' | 'discard' | 'reject' | 'tempfail'
  /** The reply that decided, and where it came. */
  readonly reply: Heard
  readonly step: Step | 'message'
  /** What was said to each recipient; those after a final reply were not asked. */
  readonly recipients: readonly { readonly address: string; readonly reply: Heard }[]
  readonly modifications: readonly Modification[]
  /** Envelope and header with the changes made; undefined unless accepted. */
  readonly edited: EditedMessage | undefined
  /** The bytes that would go on to the recipients, without Postfix' own Received field. */
  readonly message: Buffer | undefined
}

const LOOPBACK: ConnectInfo = {
  host: '[127.0.0.1]',
  family: 'inet',
  address: '127.0.0.1',
  port: 40_000,
}

/**
 * Plays one mail to a filter the way Postfix does, and makes the changes that it asks for.
 *
 * Throws  what the steps of `MilterClient` throw; with Postfix the mail would be deferred then.
 */
export async function sendMail(
  target: ClientTarget,
  mail: ClientMail,
  options: ClientOptions = {},
): Promise<MailResult> {
  const client = await connectMilter(target, options)
  try {
    const result = await play(client, mail)
    await client.abort()
    await client.quit()
    return result
  } catch (error) {
    client.destroy()
    throw error
  }
}

async function play(client: MilterClient, mail: ClientMail): Promise<MailResult> {
  const split = splitMessage(mail.message)
  const before = await playSession(client, mail)
  if (before !== undefined) return early(mail, split, before, [])
  const recipients: { address: string; reply: Heard }[] = []
  for (const address of mail.recipients) {
    await sendMacros(client, mail, 'rcpt', { recipient: address, isFirst: recipients.length === 0 })
    const reply = await client.rcpt(wireOfText(`<${address}>`))
    recipients.push({ address, reply })
    if (!isGoOn(reply) && !isRefusal(reply)) {
      return early(mail, split, { step: 'rcpt', reply }, recipients)
    }
  }
  const accepted = recipients.filter(({ reply }) => isGoOn(reply))
  const last = recipients.at(-1)?.reply
  if (accepted.length === 0 && last !== undefined) {
    return early(mail, split, { step: 'rcpt', reply: last }, recipients)
  }
  const content = await playContent(client, mail, split)
  if (content !== undefined) return early(mail, split, content, recipients)
  await sendMacros(client, mail, 'eom')
  const end = await client.endOfMessage()
  const verdict = verdictOf(end.reply)
  const edited =
    verdict === 'accept'
      ? applyModifications(
          split,
          envelopeOf(mail, recipients),
          end.modifications,
          client.keepsLeadingSpace,
        )
      : undefined
  return {
    verdict,
    reply: end.reply,
    step: 'message',
    recipients,
    modifications: end.modifications,
    edited,
    message: edited === undefined ? undefined : joinMessage(edited),
  }
}

interface Decided {
  readonly step: Step
  readonly reply: Heard
}

async function playSession(client: MilterClient, mail: ClientMail): Promise<Decided | undefined> {
  await sendMacros(client, mail, 'connect')
  const connected = await client.connect(mail.client ?? LOOPBACK)
  if (!isGoOn(connected)) return { step: 'connect', reply: connected }
  await sendMacros(client, mail, 'helo')
  const greeted = await client.helo(mail.helo ?? 'client.test')
  if (!isGoOn(greeted)) return { step: 'helo', reply: greeted }
  await sendMacros(client, mail, 'mail')
  const sender = await client.mail(wireOfText(`<${mail.sender}>`), mail.senderParameters)
  return isGoOn(sender) ? undefined : { step: 'mail', reply: sender }
}

async function playContent(
  client: MilterClient,
  mail: ClientMail,
  { fields, body }: SplitMessage,
): Promise<Decided | undefined> {
  await sendMacros(client, mail, 'data')
  const data = await client.data()
  if (!isGoOn(data)) return { step: 'data', reply: data }
  for (const { name, value } of fields) {
    const reply = await client.header(name, value)
    if (!isGoOn(reply)) return { step: 'header', reply }
  }
  await sendMacros(client, mail, 'eoh')
  const eoh = await client.eoh()
  if (!isGoOn(eoh)) return { step: 'eoh', reply: eoh }
  const reply = await client.body(body)
  return isGoOn(reply) || reply.kind === 'skip' ? undefined : { step: 'body', reply }
}

/** A reply before the end of the message: an accepted message goes on as it came. */
function early(
  mail: ClientMail,
  split: SplitMessage,
  { step, reply }: Decided,
  recipients: MailResult['recipients'],
): MailResult {
  const verdict = verdictOf(reply)
  const isAccepted = verdict === 'accept'
  return {
    verdict,
    reply,
    step,
    recipients,
    modifications: [],
    edited: isAccepted
      ? applyModifications(split, envelopeOf(mail, recipients), [], true)
      : undefined,
    message: isAccepted ? joinMessage(split) : undefined,
  }
}

/** As on the wire: one character a byte; without the recipients that were refused. */
function envelopeOf(
  mail: ClientMail,
  answers: MailResult['recipients'],
): { sender: string; recipients: string[] } {
  const refused = new Set(answers.filter(({ reply }) => isRefusal(reply)).map(one => one.address))
  const recipients = mail.recipients.filter(address => !refused.has(address))
  return { sender: wireOfText(mail.sender), recipients: recipients.map(wireOfText) }
}

const COMMAND_OF: Readonly<Record<MacroStage, number>> = {
  connect: SMFIC.CONNECT,
  helo: SMFIC.HELO,
  mail: SMFIC.MAIL,
  rcpt: SMFIC.RCPT,
  data: SMFIC.DATA,
  eoh: SMFIC.EOH,
  eom: SMFIC.BODYEOB,
}

function sendMacros(
  client: MilterClient,
  mail: ClientMail,
  stage: MacroStage,
  recipient?: { readonly recipient: string; readonly isFirst: boolean },
): Promise<void> {
  const macros = mailMacros(mail, stage, client.agreement.macros, recipient)
  const wire = Object.entries(macros).map(([name, value]) => [name, wireOfText(value)])
  return client.macros(COMMAND_OF[stage], Object.fromEntries(wire))
}

function isGoOn(heard: Heard): boolean {
  return heard.kind === 'continue' || heard.kind === 'not-sent' || heard.kind === 'no-reply'
}

function isRefusal(heard: Heard): boolean {
  return heard.kind === 'reject' || heard.kind === 'tempfail' || heard.kind === 'code'
}

function verdictOf(heard: Heard): MailResult['verdict'] {
  switch (heard.kind) {
    case 'accept':
    case 'continue':
    case 'not-sent':
    case 'no-reply':
    case 'skip':
      return 'accept'
    case 'discard':
    case 'reject':
    case 'tempfail':
      return heard.kind
    case 'shutdown':
      return 'tempfail'
    case 'code':
      return heard.code < 500 ? 'tempfail' : 'reject'
    default:
      return heard satisfies never
  }
}
