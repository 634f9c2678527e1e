import type { ConnectInfo } from './command.js'
import type { EditRecorder } from './edits.js'
import type { MacroRequest, MilterAction, Negotiated } from './negotiate.js'
import type { BodyReply, FinalReply, StageReply } from './reply.js'

/** A reply now or later. What is given back at once costs no turn of the event loop. */
export type Answer<T> = T | Promise<T>

/** What the handlers want of the MTA. Left out: everything that a handler could look at. */
export interface MilterNeeds {
  /** Header fields in `tx.headers`. */
  readonly headers?: boolean
  /** The body in `tx.body`; `stream`: only as it passes through `body`, nothing is kept. */
  readonly body?: boolean | 'stream'
  /** Macro lists to ask for; stages left out keep Postfix' usual ones. */
  readonly macros?: MacroRequest
  /** Recipients that the MTA rejected are shown too, with `rejected` set. */
  readonly rejectedRecipients?: boolean
  /** Edits that will be made; default all. Any other edit is refused when it is recorded. */
  readonly edits?: readonly MilterAction[]
}

/**
 * What a filter does at each step. A step without a handler needs no answer and costs no round
 * trip. A handler that throws, is late or gives back what is no reply ends in a temporary failure.
 */
export interface MilterHandlers {
  readonly needs?: MilterNeeds
  connect?(session: MilterSession): Answer<StageReply>
  helo?(session: MilterSession): Answer<StageReply>
  mail?(session: MilterSession, tx: Transaction): Answer<StageReply>
  /** A refusal is for `recipient` alone, which then is not in `tx.recipients`. */
  rcpt?(session: MilterSession, tx: Transaction, recipient: Recipient): Answer<StageReply>
  data?(tx: Transaction): Answer<StageReply>
  /** An SMTP command that the MTA does not know. */
  unknown?(session: MilterSession, line: string): Answer<StageReply>
  header?(tx: Transaction, header: HeaderLine): Answer<StageReply>
  eoh?(tx: Transaction): Answer<StageReply>
  /** Sees the body as it comes, cut anywhere. `chunk` must not be kept or written to. */
  body?(tx: Transaction, chunk: Buffer): void
  /** Like `body`, but each piece waits for an answer; `skip` asks for no more of them. */
  streamBody?(tx: Transaction, chunk: Buffer): Answer<BodyReply>
  /** End of message: everything is there, edits go out with the answer. */
  message?(tx: Transaction, signal: AbortSignal): Answer<FinalReply>
  /** The message was given up before its answer. */
  abort?(tx: Transaction): void
  close?(session: MilterSession): void
}

/** One SMTP session as far as the MTA tells. */
export interface MilterSession {
  /** Number of the milter connection, from 1. */
  readonly id: number
  readonly connection: ConnectInfo | undefined
  /** Last name given with HELO or EHLO. */
  readonly helo: string | undefined
  readonly tls: TlsInfo | undefined
  readonly macros: MacroView
  readonly negotiated: Negotiated
}

/** From the macros of the last HELO; absent macros are empty. */
export interface TlsInfo {
  readonly version: string
  readonly cipher: string
  readonly bits: string
  readonly certSubject: string
  readonly certIssuer: string
}

export interface MacroView {
  /** The newest value of a macro; `i` and `{i}` are the same name. */
  get(name: string): string | undefined
}

/** One message, from MAIL to its answer. */
export interface Transaction {
  readonly session: MilterSession
  readonly macros: MacroView
  /** Macro `i`; Postfix knows it from the second recipient on. */
  readonly queueId: string | undefined
  readonly sender: EnvelopeAddress
  readonly recipients: readonly Recipient[]
  readonly headers: readonly HeaderLine[]
  readonly body: BodyView
  readonly edits: EditRecorder
  /** Aborted when the answer is no longer wanted: abort, lost peer, time over. */
  readonly signal: AbortSignal
}

export interface EnvelopeAddress {
  /** Without angle brackets, UTF-8 decoded where valid; empty for the null sender. */
  readonly address: string
  /** As received, latin1: one character a byte. */
  readonly raw: string
  /** ESMTP parameters, keywords in upper case, value empty when there is none. */
  readonly parameters: ReadonlyMap<string, string>
  readonly rawParameters: readonly string[]
}

export interface Recipient extends EnvelopeAddress {
  /** The MTA has rejected it (only with `needs.rejectedRecipients`). */
  readonly rejected: boolean
}

export interface HeaderLine {
  /** Name as received, latin1. */
  readonly name: string
  /**
   * All that follows the colon, latin1, folds as LF. Exact when HDR_LEADSPC was negotiated; else the
   * MTA took one space away, and one is put back.
   */
  readonly value: string
}

/** The body with CRLF line ends, in memory or in a file. Readable until the message is over. */
export interface BodyView {
  readonly size: number
  /** Bytes `start` to `end` if they are in memory. A view: not to be written to. */
  peek(start?: number, end?: number): Buffer | undefined
  /** The same bytes wherever they are; in `memory` of the caller's own, if they come from the file. */
  read(start?: number, end?: number, memory?: Buffer): Promise<Buffer>
  stream(): AsyncIterable<Buffer>
}
