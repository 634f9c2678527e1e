import type { MessageState } from './message-state.js'
import { MilterError } from './milter-error.js'
import { type Reply, replies } from './reply.js'
import { sendEdits } from './send-edits.js'
import type { SessionContext } from './session-context.js'

/**
 * Sends the edits of a message, if it passes, and then hands the answer to `answer`.
 *
 * Edits that cannot be sent whole turn the answer into a temporary failure: what was sent of them
 * has no effect then.
 */
export function sendEditsThen(
  context: SessionContext,
  state: MessageState,
  reply: Reply,
  answer: (reply: Reply) => void,
): void {
  const plan = state.recorded
  plan?.close()
  if (plan === undefined || !passes(reply)) {
    answer(reply)
    return
  }
  const failed = (reason: string, error?: unknown): void => {
    // Whatever still feeds the new body must not write behind the answer.
    state.close(new MilterError('ERR_MILTER_OVER', reason))
    context.counters.handlerFailures += 1
    const { id, log } = context
    const { queueId } = state.view
    log({ kind: 'handler-failed', level: 'error', connection: id, queueId, reason, error })
    answer(replies.tempfail)
  }
  let sending: Promise<void> | undefined
  try {
    sending = sendEdits(plan, context.outlet, state.signal)
  } catch (error) {
    failed('the edits could not be sent', error)
    return
  }
  if (sending === undefined) {
    answer(reply)
    return
  }
  const outcome = {
    done: () => answer(reply),
    failed: (error: unknown) => failed('the new body could not be read', error),
    late: () => failed('the new body was not there in time'),
  }
  // No progress meanwhile: body packets follow each other without a break.
  context.pending.wait(sending, outcome, false)
}

/** True for the replies that let a message go on. */
export function passes(reply: Reply): boolean {
  return reply.kind === 'continue' || reply.kind === 'accept'
}
