import type { Answer } from './handlers.js'
import { MilterError } from './milter-error.js'
import { type Reply, checkReply, replies } from './reply.js'
import type { SessionContext } from './session-context.js'

/** The replies that make sense at a step; any other is a fault of the handler. */
const AT_CONNECTION: ReadonlySet<Reply['kind']> = new Set([
  'continue',
  'accept',
  'tempfail',
  'reject',
  'code',
])
const AT_MESSAGE: ReadonlySet<Reply['kind']> = new Set([...AT_CONNECTION, 'discard'] as const)
const AT_BODY: ReadonlySet<Reply['kind']> = new Set([...AT_MESSAGE, 'skip'] as const)

export const ALLOWED = { connection: AT_CONNECTION, message: AT_MESSAGE, body: AT_BODY } as const

export interface Question {
  /** Name of the handler, for the log. */
  readonly step: string
  readonly allowed: keyof typeof ALLOWED
  readonly queueId: () => string | undefined
  call(): Answer<Reply> | undefined
  /** `fault` is set when a temporary failure stands in place of what the handler did. */
  done(reply: Reply, fault: Error | undefined): void
}

/**
 * Asks a handler. An answer that is there at once is used at once; for another one the connection
 * waits. A handler that throws, is late or gives back what is no reply becomes a temporary failure.
 */
export function ask(context: SessionContext, question: Question): void {
  let answer: Answer<Reply> | undefined
  try {
    answer = question.call()
  } catch (error) {
    handlerFailed(context, question, error)
    return
  }
  if (!isPromise(answer)) {
    take(context, question, answer)
    return
  }
  const outcome = {
    done: (value: unknown) => take(context, question, value),
    failed: (error: unknown) => handlerFailed(context, question, error),
    late: () => tooLate(context, question),
  }
  context.pending.wait(answer, outcome, true)
}

function take(context: SessionContext, question: Question, value: unknown): void {
  let reply: Reply | undefined
  try {
    reply = checkReply(value, ALLOWED[question.allowed])
  } catch (error) {
    handlerFailed(context, question, error)
    return
  }
  if (reply === undefined) handlerFailed(context, question, undefined)
  else question.done(reply, undefined)
}

/** Logs the fault and puts a temporary failure in its place. */
export function handlerFailed(context: SessionContext, question: Question, error: unknown): void {
  context.counters.handlerFailures += 1
  const what = error === undefined ? 'gave back what is no reply here' : 'threw'
  const reason = `handler ${question.step} ${what}`
  const queueId = question.queueId()
  context.log({
    kind: 'handler-failed',
    level: 'error',
    connection: context.id,
    queueId,
    reason,
    error,
  })
  question.done(replies.tempfail, new MilterError('ERR_MILTER_OVER', reason))
}

function tooLate(context: SessionContext, question: Question): void {
  context.counters.lateAnswers += 1
  const reason = `handler ${question.step} was not done after ${context.limits.answerMs} ms`
  context.log({
    kind: 'answer-late',
    level: 'error',
    connection: context.id,
    queueId: question.queueId(),
    reason,
  })
  question.done(replies.tempfail, new MilterError('ERR_MILTER_OVER', reason))
}

function isPromise(answer: Answer<Reply> | undefined): answer is Promise<Reply> {
  return typeof (answer as Partial<Promise<Reply>> | null | undefined)?.then === 'function'
}
