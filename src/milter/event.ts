/**
 * Something an operator may want to read. Never holds bytes of a message.
 *
 * - protocol-error: the peer broke the protocol; the connection was dropped
 * - out-of-order: a command came where it has no meaning and was ignored
 * - handler-failed: a handler threw or gave back what is no reply; a temporary failure was sent
 * - answer-late: a handler was not done in time; a temporary failure was sent
 * - connection-limit: a connection too many was closed
 * - message-too-large: a limit on size or recipients was passed; the message was refused
 * - spool-failed: the body could not be written to disk; a temporary failure was sent
 * - idle, stalled: a connection was closed after silence, or in the middle of a command
 * - socket-error: the connection broke
 * - cut: a connection was closed at the end of the drain with a message in progress
 */
export interface MilterEvent {
  readonly kind:
    | 'protocol-error'
    | 'out-of-order'
    | 'handler-failed'
    | 'answer-late'
    | 'connection-limit'
    | 'message-too-large'
    | 'spool-failed'
    | 'idle'
    | 'stalled'
    | 'socket-error'
    | 'cut'
  readonly level: 'error' | 'warn' | 'info'
  /** Number of the connection, from 1; 0 when it was refused. */
  readonly connection: number
  readonly reason: string
  readonly queueId?: string | undefined
  readonly error?: unknown
}
