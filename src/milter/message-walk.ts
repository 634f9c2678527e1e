import { type Question, ask, handlerFailed } from './ask.js'
import { countHeader, doom, releaseBody, takeBody } from './body-intake.js'
import { parseHeader, parseStrings } from './command.js'
import { readRecipient, readSender } from './envelope.js'
import type { Answer, MilterHandlers, Recipient } from './handlers.js'
import { HeaderList } from './header-list.js'
import { MessageBody } from './message-body.js'
import { passes, sendEditsThen } from './message-end.js'
import { MessageState } from './message-state.js'
import { MilterError } from './milter-error.js'
import { PROTOCOL, type Step } from './negotiate.js'
import { type Reply, encodeReply, replies, replyCode } from './reply.js'
import type { Expected, SessionContext } from './session-context.js'
import type { SessionState } from './session-state.js'

const CONTINUE = encodeReply(replies.continue)
const TOO_MANY_RECIPIENTS = replyCode(452, '4.5.3', 'Too many recipients')

/**
 * One message, from MAIL to the answer at its end; a method for each command.
 *
 * A message that is doomed (too large, disk full, a handler that failed unasked) is read to its end
 * and answered there: before, the MTA may not be listening.
 */
export class MessageWalk {
  readonly #context: SessionContext
  readonly #session: SessionState
  readonly #expected: Expected
  readonly #state: MessageState
  readonly #isBodyKept: boolean
  #isOver = false

  /** `expected`: the steps the MTA waits at for a reply. */
  constructor(context: SessionContext, session: SessionState, expected: Expected, mail: string[]) {
    const { budget, handlers, limits, openSpool, wish } = context
    const hasLeadingSpace = (session.negotiated.protocol & PROTOCOL.HDR_LEADSPC) !== 0
    this.#context = context
    this.#session = session
    this.#expected = expected
    this.#isBodyKept = wish.seen.has('body') && handlers.needs?.body !== 'stream'
    this.#state = new MessageState({
      session: session.view,
      macros: session.macros,
      sender: readSender(mail),
      headers: new HeaderList(hasLeadingSpace),
      hasHeaders: wish.seen.has('header'),
      body: new MessageBody(limits.bodyMemoryPerMessage, budget, openSpool),
    })
    context.counters.messages += 1
  }

  /** True once the message is answered or given up. */
  get isOver(): boolean {
    return this.#isOver
  }

  get queueId(): string | undefined {
    return this.#state.view.queueId
  }

  mail(): void {
    const { handlers } = this.#context
    if (handlers.mail === undefined) this.#continue('mail')
    else this.#ask('mail', () => handlers.mail?.(this.#session.view, this.#state.view))
  }

  rcpt(buffer: Buffer, start: number, end: number): void {
    const { handlers, limits } = this.#context
    const strings = parseStrings('RCPT', buffer, start, end)
    if (this.#state.recipients.length >= limits.recipients) {
      this.#refuseRecipient()
      return
    }
    const recipient = readRecipient(strings, this.#isRejected())
    if (handlers.rcpt !== undefined) {
      this.#askRecipient(recipient)
      return
    }
    this.#state.recipients.push(recipient)
    this.#continue('rcpt')
  }

  data(): void {
    const { handlers } = this.#context
    if (handlers.data === undefined) this.#continue('data')
    else this.#ask('data', () => handlers.data?.(this.#state.view))
  }

  header(buffer: Buffer, start: number, end: number): void {
    const { handlers } = this.#context
    const state = this.#state
    const received = parseHeader(buffer, start, end)
    countHeader(this.#context, state, received.length)
    if (state.doom === undefined) state.parts.headers.add(received)
    const line = handlers.header === undefined ? undefined : state.parts.headers.last()
    if (line === undefined || state.doom !== undefined) this.#continue('header')
    else this.#ask('header', () => handlers.header?.(state.view, line))
  }

  eoh(): void {
    const { handlers } = this.#context
    if (handlers.eoh === undefined || this.#state.doom !== undefined) this.#continue('eoh')
    else this.#ask('eoh', () => handlers.eoh?.(this.#state.view))
  }

  /** A piece of a body packet; `isLast` when the packet ends with it. */
  body(chunk: Buffer, isLast: boolean): void {
    const hasProgress = isLast && this.#expected.body
    this.#take(chunk, hasProgress, () => {
      if (isLast) this.#bodyTaken(chunk)
    })
  }

  /** End of message; `chunk` is a last piece of body, which sendmail may put there. */
  endOfMessage(chunk: Buffer): void {
    if (chunk.length === 0) this.#askForAnswer()
    else this.#take(chunk, true, () => this.#askForAnswer())
  }

  /** The message is given up: by the MTA, by a lost connection, by the next message. */
  abort(reason: string): void {
    if (this.#isOver) return
    this.#context.counters.aborted += 1
    this.#over(new MilterError('ERR_MILTER_OVER', `message given up: ${reason}`))
    this.#tellAborted()
  }

  #take(chunk: Buffer, hasProgress: boolean, next: () => void): void {
    takeBody(this.#context, this.#state, chunk, { isKept: this.#isBodyKept, hasProgress }, next)
  }

  #bodyTaken(chunk: Buffer): void {
    const { handlers } = this.#context
    const state = this.#state
    if (handlers.streamBody === undefined || state.isSkipping || state.doom !== undefined) {
      this.#continue('body')
    } else {
      this.#ask('streamBody', () => handlers.streamBody?.(state.view, chunk), 'body')
    }
  }

  #askForAnswer(): void {
    const { handlers } = this.#context
    const state = this.#state
    if (state.doom !== undefined) {
      this.#reply(state.doom)
      this.#over(new MilterError('ERR_MILTER_OVER', 'message could not be taken'))
      this.#tellAborted()
    } else if (handlers.message === undefined) {
      this.#answer(replies.continue, undefined)
    } else {
      const call = () => callMessage(handlers, state)
      this.#asked('message', 'message', call, (reply, fault) => this.#answer(reply, fault))
    }
  }

  #answer(reply: Reply, fault: Error | undefined): void {
    sendEditsThen(this.#context, this.#state, reply, final => {
      this.#reply(final)
      this.#over(fault)
    })
  }

  #askRecipient(recipient: Recipient): void {
    const { handlers } = this.#context
    const call = () => handlers.rcpt?.(this.#session.view, this.#state.view, recipient)
    this.#asked('rcpt', 'message', call, (reply, fault) => {
      if (passes(reply)) this.#state.recipients.push(recipient)
      this.#reply(reply)
      // A refusal is for this recipient alone; the other replies are for the message.
      if (reply.kind === 'accept' || reply.kind === 'discard') this.#over(fault)
    })
  }

  #refuseRecipient(): void {
    if (this.#expected.rcpt) {
      this.#reply(TOO_MANY_RECIPIENTS)
    } else {
      const reason = 'the message has too many recipients'
      doom(this.#context, this.#state, TOO_MANY_RECIPIENTS, 'message-too-large', reason)
    }
  }

  #isRejected(): boolean {
    const { negotiated, macros } = this.#session
    const isShown = (negotiated.protocol & PROTOCOL.RCPT_REJ) !== 0
    return isShown && macros.get('{rcpt_mailer}') === 'error'
  }

  /** Asks the handler of a step at which any reply but "continue" ends the message. */
  #ask(
    step: string,
    call: () => Answer<Reply> | undefined,
    allowed: Question['allowed'] = 'message',
  ) {
    this.#asked(step, allowed, call, (reply, fault) => {
      this.#reply(reply)
      if (reply.kind === 'skip') this.#state.isSkipping = true
      else if (reply.kind !== 'continue') this.#over(fault)
    })
  }

  #asked(
    step: string,
    allowed: Question['allowed'],
    call: () => Answer<Reply> | undefined,
    done: (reply: Reply, fault: Error | undefined) => void,
  ): void {
    const question: Question = {
      step,
      allowed,
      queueId: () => this.queueId,
      call,
      done: (reply, fault) => {
        if (
          reply.kind !== 'accept' ||
          step === 'message' ||
          this.#state.recorded?.isEmpty !== false
        ) {
          done(reply, fault)
        } else {
          const reason = 'accepting before the end of message would lose the edits'
          handlerFailed(this.#context, question, new MilterError('ERR_MILTER_LATE', reason))
        }
      },
    }
    ask(this.#context, question)
  }

  #continue(step: Step): void {
    if (this.#expected[step]) this.#context.outlet.send(CONTINUE)
  }

  #reply(reply: Reply): void {
    this.#context.counters.replies[reply.kind] += 1
    this.#context.outlet.send(encodeReply(reply))
  }

  /** `fault` tells whoever still works on the message that nobody waits any more. */
  #over(fault: Error | undefined): void {
    this.#isOver = true
    this.#state.close(fault)
    releaseBody(this.#context, this.#state)
  }

  #tellAborted(): void {
    const { handlers, id, log } = this.#context
    try {
      handlers.abort?.(this.#state.view)
    } catch (error) {
      const { queueId } = this
      log({
        kind: 'handler-failed',
        level: 'error',
        connection: id,
        queueId,
        reason: 'handler abort threw',
        error,
      })
    }
  }
}

/**
 * A signal costs more than reading a small message, so a handler that declares only `tx` gets none;
 * `tx.signal` is there for it all the same.
 */
function callMessage(handlers: MilterHandlers, state: MessageState): Answer<Reply> | undefined {
  const isWithoutSignal = handlers.message?.length === 1
  const signal = isWithoutSignal ? (undefined as unknown as AbortSignal) : state.signal
  return handlers.message?.(state.view, signal)
}
