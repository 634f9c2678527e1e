import type { MessageState } from './message-state.js'
import { replies, replyCode } from './reply.js'
import type { SessionContext } from './session-context.js'

const TOO_LARGE = replyCode(552, '5.3.4', 'Message is too large')
const NO_SPACE = replyCode(451, '4.3.1', 'Message could not be stored, try again later')

/**
 * Counts a piece of the body, shows it to the handler `body`, and keeps it.
 *
 * `hasProgress`: the peer waits for a reply. `next` is called when the following command may be
 * looked at: at once, or when the disk has taken what does not fit into memory.
 */
export function takeBody(
  context: SessionContext,
  state: MessageState,
  chunk: Buffer,
  options: { readonly isKept: boolean; readonly hasProgress: boolean },
  next: () => void,
): void {
  state.bodyBytes += chunk.length
  if (state.headerBytes + state.bodyBytes > context.limits.messageBytes) tooLarge(context, state)
  if (state.doom === undefined) showBody(context, state, chunk)
  if (state.doom !== undefined || !options.isKept) {
    next()
    return
  }
  const { body } = state.parts
  const isFirst = !body.isSpooled
  const writing = body.append(chunk)
  if (writing === undefined) {
    next()
    return
  }
  if (isFirst) context.counters.spooled += 1
  const failed = (error: unknown): void => {
    doom(context, state, NO_SPACE, 'spool-failed', 'the body could not be written to disk', error)
    next()
  }
  const outcome = { done: next, failed, late: () => failed(undefined) }
  context.pending.wait(writing, outcome, options.hasProgress)
}

/** Counts header bytes; a message with too many is refused at its end. */
export function countHeader(context: SessionContext, state: MessageState, bytes: number): void {
  state.headerBytes += bytes
  if (state.headerBytes > context.limits.headerBytes) tooLarge(context, state)
}

/** From now on the message is only read to its end, where `answer` is sent. */
export function doom(
  context: SessionContext,
  state: MessageState,
  answer: NonNullable<MessageState['doom']>,
  kind: 'message-too-large' | 'spool-failed' | 'handler-failed',
  reason: string,
  error?: unknown,
): void {
  if (state.doom !== undefined) return
  state.doom = answer
  const level = kind === 'message-too-large' ? 'warn' : 'error'
  context.log({
    kind,
    level,
    connection: context.id,
    queueId: state.view.queueId,
    reason,
    error,
  })
  releaseBody(context, state)
}

/** Frees the body of a message that is over. */
export function releaseBody(context: SessionContext, state: MessageState): void {
  state.parts.body.dispose().catch((failure: unknown) => closeFailed(context, state, failure))
}

function tooLarge(context: SessionContext, state: MessageState): void {
  doom(context, state, TOO_LARGE, 'message-too-large', 'a size limit was passed')
}

function showBody(context: SessionContext, state: MessageState, chunk: Buffer): void {
  const { handlers } = context
  if (handlers.body === undefined || state.isSkipping) return
  try {
    handlers.body(state.view, chunk)
  } catch (error) {
    context.counters.handlerFailures += 1
    doom(context, state, replies.tempfail, 'handler-failed', 'handler body threw', error)
  }
}

function closeFailed(context: SessionContext, state: MessageState, error: unknown): void {
  context.log({
    kind: 'spool-failed',
    level: 'warn',
    connection: context.id,
    queueId: state.view.queueId,
    reason: 'the spool file could not be closed',
    error,
  })
}
