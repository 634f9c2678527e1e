import { ClientChannel, type ClientTarget } from './client-channel.js'
import { type Response, type ShutdownReply, parseResponse } from './client-response.js'
import { type Command, type ConnectInfo, encodeCommand } from './command.js'
import { MilterError } from './milter-error.js'
import type { Modification } from './modification.js'
import {
  ACTIONS,
  PROTOCOL,
  type MacroRequest,
  type Step,
  encodeNegotiated,
  isAnswered,
  isSent,
  parseMacroRequest,
  parseOptionOffer,
} from './negotiate.js'
import type { Reply } from './reply.js'
import { CHUNK_BYTES, SMFIC } from './wire.js'

/** What an MTA offers; everything of its version unless said otherwise. */
export interface ClientOptions {
  /** 2 to 6. */
  readonly version?: number
  /** SMFIF_* bits. */
  readonly actions?: number
  /** SMFIP_* bits. */
  readonly protocol?: number
  /** Longest wait for the connection, a reply or a progress packet, in milliseconds. */
  readonly timeoutMs?: number
}

/** What the filter asked for. */
export interface ClientAgreement {
  readonly version: number
  readonly actions: number
  readonly protocol: number
  /** Macro lists that it wants instead of the usual ones. */
  readonly macros: MacroRequest | undefined
}

/** What came of a command: a reply, or why there is none. */
export type Heard = Reply | ShutdownReply | { readonly kind: 'not-sent' | 'no-reply' }

/** The end of a message: the reply and, in order, the changes that came before it. */
export interface EndOfMessage {
  readonly reply: Reply | ShutdownReply
  readonly modifications: readonly Modification[]
  /** How often the filter asked for more time. */
  readonly progress: number
}

const NOT_SENT = Object.freeze({ kind: 'not-sent' })
const NO_REPLY = Object.freeze({ kind: 'no-reply' })
const DEFAULT_TIMEOUT_MS = 30_000

/** What each version of the protocol knows (Postfix src/milter/milter8.c). */
const OFFERS: Readonly<Record<number, readonly [actions: number, protocol: number]>> = {
  2: [0x3f, 0x7f],
  3: [0x3f, 0x17f],
  4: [0x3f, 0x37f],
  5: [0x3f, 0x37f],
  6: [0x1ff, 0x1fffff],
}

/**
 * Connects to a filter as an MTA does, negotiation included.
 *
 * Throws  ERR_MILTER_CLOSED, ERR_MILTER_TIMEOUT, or ERR_MILTER_PROTOCOL when the filter asks for
 *         what was not offered.
 */
export async function connectMilter(
  target: ClientTarget,
  options: ClientOptions = {},
): Promise<MilterClient> {
  const version = options.version ?? 6
  const known = OFFERS[version]
  if (known === undefined) {
    throw new MilterError('ERR_MILTER_PROTOCOL', `version ${version} is not supported`)
  }
  const actions = options.actions ?? known[0]
  const protocol = options.protocol ?? known[1]
  const channel = await ClientChannel.open(target, options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  try {
    await channel.send(encodeNegotiated({ version, actions, protocol, macros: undefined }))
    const { command, data } = await channel.receive()
    if (command !== SMFIC.OPTNEG) throw refused('answered the offer with something else')
    const asked = parseOptionOffer(data)
    if (asked.version < 2 || asked.version > version) throw refused('asked for another version')
    if ((asked.actions & ~actions) !== 0) throw refused('asked for actions that were not offered')
    if ((asked.protocol & ~protocol) !== 0) throw refused('asked for protocol bits not offered')
    const macros = parseMacroRequest(data)
    return new MilterClient(channel, Object.freeze({ ...asked, macros }))
  } catch (error) {
    channel.destroy()
    throw error
  }
}

/**
 * One connection to a filter, step by step. What the filter asked not to be sent is not sent, and
 * where it said that it will not answer nobody waits. The order of the steps is the caller's.
 *
 * Throws  (every step) ERR_MILTER_TIMEOUT, ERR_MILTER_CLOSED, ERR_MILTER_PROTOCOL; the connection
 *         is of no use then.
 */
export class MilterClient {
  readonly agreement: ClientAgreement
  readonly #channel: ClientChannel
  #early: Modification[] = []

  constructor(channel: ClientChannel, agreement: ClientAgreement) {
    this.#channel = channel
    this.agreement = agreement
  }

  connect(info: ConnectInfo): Promise<Heard> {
    return this.#step('connect', { kind: 'connect', ...info })
  }

  helo(name: string): Promise<Heard> {
    return this.#step('helo', { kind: 'helo', name })
  }

  /** `address` as the SMTP client gave it, brackets included. */
  mail(address: string, parameters: readonly string[] = []): Promise<Heard> {
    return this.#step('mail', { kind: 'mail', address, parameters })
  }

  rcpt(address: string, parameters: readonly string[] = []): Promise<Heard> {
    return this.#step('rcpt', { kind: 'rcpt', address, parameters })
  }

  data(): Promise<Heard> {
    return this.#step('data', { kind: 'data' })
  }

  /** `value` is all that follows the colon; one space is taken off unless LEADSPC was agreed. */
  header(name: string, value: string): Promise<Heard> {
    const sent = this.keepsLeadingSpace ? value : value.replace(/^ /, '')
    return this.#step('header', { kind: 'header', name, value: sent })
  }

  eoh(): Promise<Heard> {
    return this.#step('eoh', { kind: 'eoh' })
  }

  /** Sends a body in chunks; stops at the first reply that is not "continue". */
  async body(body: Buffer): Promise<Heard> {
    let heard: Heard = NOT_SENT
    for (let at = 0; at < body.length; at += CHUNK_BYTES) {
      heard = await this.#step('body', {
        kind: 'body',
        chunk: body.subarray(at, at + CHUNK_BYTES),
      })
      if (heard.kind !== 'continue' && heard.kind !== 'no-reply') return heard
    }
    return heard
  }

  /** An SMTP command that the MTA does not know. */
  unknown(line: string): Promise<Heard> {
    return this.#step('unknown', { kind: 'unknown', line })
  }

  /** Ends the message; `chunk` is a last piece of the body that sendmail may attach. */
  async endOfMessage(chunk: Buffer = Buffer.alloc(0)): Promise<EndOfMessage> {
    await this.#channel.send(encodeCommand({ kind: 'end-of-message', chunk }))
    const modifications = this.#early
    this.#early = []
    for (let progress = 0; ;) {
      const response = await this.#response()
      if (response.kind === 'progress') progress += 1
      else if (response.kind === 'modification') modifications.push(response.modification)
      else return { reply: response.reply, modifications, progress }
    }
  }

  /** Sends the macros of the command whose byte is `command`; they go out together with it. */
  macros(command: number, macros: Readonly<Record<string, string>>): Promise<void> {
    return this.#channel.send(encodeCommand({ kind: 'macros', command, macros }))
  }

  async abort(): Promise<void> {
    this.#early = []
    await this.#channel.send(encodeCommand({ kind: 'abort' }))
    await this.#channel.flush()
  }

  /** Goes on to a new SMTP session on the same connection; only a filter of version 6 knows it. */
  async quitNewConnection(): Promise<void> {
    this.#early = []
    await this.#channel.send(encodeCommand({ kind: 'quit-new-connection' }))
    await this.#channel.flush()
  }

  /** Says goodbye and waits until the filter has closed. */
  async quit(): Promise<void> {
    await this.#channel.send(encodeCommand({ kind: 'quit' }))
    await this.#channel.close()
  }

  /** Drops the connection without a word, as an MTA that crashes. */
  destroy(): void {
    this.#channel.destroy()
  }

  /** True when header values keep the space after the colon, in both directions. */
  get keepsLeadingSpace(): boolean {
    return (this.agreement.protocol & PROTOCOL.HDR_LEADSPC) !== 0
  }

  async #step(step: Step, command: Command): Promise<Heard> {
    if (!isSent(this.agreement, step)) return NOT_SENT
    await this.#channel.send(encodeCommand(command))
    if (!isAnswered(this.agreement, step)) return NO_REPLY
    for (;;) {
      const response = await this.#response()
      if (response.kind === 'reply') return response.reply
      if (response.kind === 'modification') this.#keepEarly(response.modification)
    }
  }

  /** Postfix takes a quarantine at any step, and drops the connection for any other change. */
  #keepEarly(modification: Modification): void {
    if (modification.kind !== 'quarantine') {
      throw refused(`sent ${modification.kind} before the end of the message`)
    }
    this.#early.push(modification)
  }

  async #response(): Promise<Response> {
    const response = parseResponse(await this.#channel.receive())
    if (response.kind === 'modification') this.#checkAgreed(response.modification)
    return response
  }

  #checkAgreed(change: Modification): void {
    const needed = ACTIONS[actionOf(change)]
    if ((this.agreement.actions & needed) === 0) throw refused(`sent ${change.kind}, not agreed`)
  }
}

function actionOf(change: Modification): keyof typeof ACTIONS {
  if (change.kind === 'insert-header') return 'add-header'
  if (change.kind === 'add-recipient' && change.parameters !== '') return 'add-recipient-parameters'
  return change.kind
}

function refused(what: string): MilterError {
  return new MilterError('ERR_MILTER_PROTOCOL', `the filter ${what}`)
}
