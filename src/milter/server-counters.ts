import type { Reply } from './reply.js'

/** What has happened since the server was made. */
export interface ServerCounters {
  accepted: number
  refused: number
  /** Messages begun. */
  messages: number
  /** Messages given up before their answer. */
  aborted: number
  spooled: number
  protocolErrors: number
  handlerFailures: number
  lateAnswers: number
  /** Answers to messages and to steps that a handler answered, by kind. */
  readonly replies: Record<Reply['kind'], number>
}

export function newCounters(): ServerCounters {
  return {
    accepted: 0,
    refused: 0,
    messages: 0,
    aborted: 0,
    spooled: 0,
    protocolErrors: 0,
    handlerFailures: 0,
    lateAnswers: 0,
    replies: { continue: 0, accept: 0, discard: 0, tempfail: 0, reject: 0, skip: 0, code: 0 },
  }
}
