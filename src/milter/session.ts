import { ask } from './ask.js'
import { parseConnect, parseStrings } from './command.js'
import type { Answer } from './handlers.js'
import { MessageWalk } from './message-walk.js'
import { MilterError } from './milter-error.js'
import {
  type Negotiated,
  encodeNegotiated,
  isAnswered,
  negotiate,
  parseOptionOffer,
} from './negotiate.js'
import { type Reply, encodeReply, replies } from './reply.js'
import type { Expected, SessionContext } from './session-context.js'
import { SessionState } from './session-state.js'
import { textOfWire } from './wire-text.js'
import { type PacketReader, SMFIC } from './wire.js'

const CONTINUE = encodeReply(replies.continue)

/**
 * The state machine of one connection: takes commands one at a time, in the order of section 6 of
 * the protocol, and sends what the MTA waits for.
 *
 * A command that has no meaning where it comes is logged and left out, as libmilter does.
 * Throws  MilterError for what breaks the protocol; the connection must close.
 */
export class Session {
  readonly #context: SessionContext
  #state: SessionState | undefined
  #expected: Expected | undefined
  #walk: MessageWalk | undefined

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** True while a message is open. */
  get isInMessage(): boolean {
    return this.#openWalk() !== undefined
  }

  get queueId(): string | undefined {
    return this.#openWalk()?.queueId
  }

  /** Takes the packet that `packet` stands at. */
  take(packet: PacketReader): void {
    const { command } = packet
    if (command === SMFIC.OPTNEG) this.#negotiate(packet)
    else if (command === SMFIC.QUIT) this.#quit()
    else if (this.#state === undefined || this.#expected === undefined) {
      throw new MilterError('ERR_MILTER_PROTOCOL', 'command before OPTNEG')
    } else if (!this.#takeOfMessage(packet)) {
      this.#takeOfSession(packet, this.#state, this.#expected)
    }
  }

  /** Gives up the open message, and with it whatever it waits for. */
  abandon(reason: string): void {
    this.#context.pending.drop()
    this.#walk?.abort(reason)
    this.#endWalk()
  }

  /** The connection is gone. */
  close(reason: string): void {
    this.abandon(reason)
    const state = this.#state
    this.#state = undefined
    if (state === undefined) return
    try {
      this.#context.handlers.close?.(state.view)
    } catch (error) {
      this.#context.log({
        kind: 'handler-failed',
        level: 'error',
        connection: this.#context.id,
        reason: 'handler close threw',
        error,
      })
    }
  }

  /** Commands inside a message; false for any other. Those of body and header come most often. */
  #takeOfMessage(packet: PacketReader): boolean {
    const { command, buffer, start, end } = packet
    const walk = this.#openWalk()
    switch (command) {
      case SMFIC.HEADER:
        if (walk === undefined) return this.#outOfOrder('HEADER')
        walk.header(buffer, start, end)
        return true
      case SMFIC.BODY:
        if (walk === undefined) return this.#outOfOrder('BODY')
        walk.body(buffer.subarray(start, end), packet.last)
        return true
      case SMFIC.RCPT:
        if (walk === undefined) return this.#outOfOrder('RCPT')
        walk.rcpt(buffer, start, end)
        return true
      case SMFIC.DATA:
        if (walk === undefined) return this.#outOfOrder('DATA')
        walk.data()
        return true
      case SMFIC.EOH:
        if (walk === undefined) return this.#outOfOrder('EOH')
        walk.eoh()
        return true
      case SMFIC.BODYEOB:
        if (walk === undefined) return this.#outOfOrder('BODYEOB')
        walk.endOfMessage(buffer.subarray(start, end))
        return true
      default:
        return false
    }
  }

  #takeOfSession(packet: PacketReader, state: SessionState, expected: Expected): void {
    const { command, buffer, start, end } = packet
    switch (command) {
      case SMFIC.MACRO:
        if (this.#walk?.isOver === true) this.#endWalk()
        state.macros.set(buffer, start, end)
        break
      case SMFIC.CONNECT:
        this.#connect(state, expected, packet)
        break
      case SMFIC.HELO:
        this.#helo(state, expected, parseStrings('HELO', buffer, start, end))
        break
      case SMFIC.MAIL:
        this.#mail(state, expected, parseStrings('MAIL', buffer, start, end))
        break
      case SMFIC.UNKNOWN:
        this.#unknown(state, expected, parseStrings('UNKNOWN', buffer, start, end))
        break
      case SMFIC.ABORT:
        this.abandon('ABORT')
        break
      case SMFIC.QUIT_NC:
        this.#nextConnection(state)
        break
      default:
        throw new MilterError('ERR_MILTER_PROTOCOL', `unknown command 0x${command.toString(16)}`)
    }
  }

  #negotiate(packet: PacketReader): void {
    if (this.isInMessage) throw new MilterError('ERR_MILTER_PROTOCOL', 'OPTNEG inside a message')
    const { context, transport } = { context: this.#context, transport: this.#context.transport }
    const offer = parseOptionOffer(packet.buffer.subarray(packet.start, packet.end))
    const negotiated = negotiate(offer, context.wish, transport)
    this.#state = new SessionState(context.id, negotiated)
    this.#expected = expectedReplies(negotiated)
    context.outlet.send(encodeNegotiated(negotiated))
  }

  #connect(state: SessionState, expected: Expected, packet: PacketReader): void {
    const { handlers } = this.#context
    if (state.connection !== undefined) {
      this.#outOfOrder('CONNECT')
      return
    }
    state.connection = parseConnect(packet.buffer, packet.start, packet.end)
    state.macros.clearAfter(SMFIC.CONNECT)
    this.#askOrContinue('connect', expected, () => handlers.connect?.(state.view))
  }

  #helo(state: SessionState, expected: Expected, [name]: readonly string[]): void {
    const { handlers } = this.#context
    this.#giveUpOpen('HELO')
    state.helo = textOfWire(name ?? '')
    state.macros.clearAfter(SMFIC.HELO)
    this.#askOrContinue('helo', expected, () => handlers.helo?.(state.view))
  }

  #mail(state: SessionState, expected: Expected, strings: string[]): void {
    this.#giveUpOpen('MAIL')
    state.macros.clearAfter(SMFIC.MAIL)
    this.#walk = new MessageWalk(this.#context, state, expected, strings)
    this.#walk.mail()
  }

  #unknown(state: SessionState, expected: Expected, [line = '']: readonly string[]): void {
    const { handlers } = this.#context
    const call = () => handlers.unknown?.(state.view, textOfWire(line))
    this.#askOrContinue('unknown', expected, call)
  }

  #askOrContinue(
    step: 'connect' | 'helo' | 'unknown',
    expected: Expected,
    call: () => Answer<Reply> | undefined,
  ): void {
    const { counters, handlers, outlet } = this.#context
    if (handlers[step] === undefined) {
      if (expected[step]) outlet.send(CONTINUE)
      return
    }
    const done = (reply: Reply): void => {
      counters.replies[reply.kind] += 1
      outlet.send(encodeReply(reply))
    }
    ask(this.#context, { step, allowed: 'connection', queueId: () => this.queueId, call, done })
  }

  /** QUIT_NC: another SMTP session on the same socket; what was negotiated stays. */
  #nextConnection(state: SessionState): void {
    this.close('QUIT_NC')
    this.#state = new SessionState(state.id, state.negotiated)
  }

  #quit(): void {
    this.close('QUIT')
    this.#context.outlet.end()
  }

  /**
   * A new message or greeting in the middle of one: no ABORT came. The macros of the new one have
   * come already, so they stay.
   */
  #giveUpOpen(command: string): void {
    if (this.#openWalk() !== undefined) this.#walk?.abort(`${command} without ABORT`)
    else this.#endWalk()
    this.#walk = undefined
  }

  /** Forgets a message that is over, and its macros. */
  #endWalk(): void {
    if (this.#walk === undefined) return
    this.#walk = undefined
    if (this.#state !== undefined) this.#state.macros = this.#state.macros.next()
  }

  #openWalk(): MessageWalk | undefined {
    return this.#walk?.isOver === false ? this.#walk : undefined
  }

  #outOfOrder(command: string): true {
    this.#context.log({
      kind: 'out-of-order',
      level: 'warn',
      connection: this.#context.id,
      reason: `${command} where it has no meaning`,
    })
    return true
  }
}

function expectedReplies(negotiated: Negotiated): Expected {
  return Object.freeze({
    connect: isAnswered(negotiated, 'connect'),
    helo: isAnswered(negotiated, 'helo'),
    mail: isAnswered(negotiated, 'mail'),
    rcpt: isAnswered(negotiated, 'rcpt'),
    data: isAnswered(negotiated, 'data'),
    unknown: isAnswered(negotiated, 'unknown'),
    header: isAnswered(negotiated, 'header'),
    eoh: isAnswered(negotiated, 'eoh'),
    body: isAnswered(negotiated, 'body'),
  })
}
