/**
 * Codes of this library's errors.
 *
 * PACKET and PROTOCOL: the peer broke the protocol, the connection must be dropped. CLOSED and
 * TIMEOUT, of the client: the filter is gone, or was silent for too long. The others: the caller
 * asked for something that must not reach the wire.
 */
export type MilterErrorCode =
  | 'ERR_MILTER_PACKET'
  | 'ERR_MILTER_PROTOCOL'
  | 'ERR_MILTER_REPLY'
  | 'ERR_MILTER_HEADER'
  | 'ERR_MILTER_ADDRESS'
  | 'ERR_MILTER_NOT_NEGOTIATED'
  | 'ERR_MILTER_OVER'
  | 'ERR_MILTER_LATE'
  | 'ERR_MILTER_SPOOL'
  | 'ERR_MILTER_LISTEN'
  | 'ERR_MILTER_CLOSED'
  | 'ERR_MILTER_TIMEOUT'

/** An error of the milter library. Its text never holds bytes of a message. */
export class MilterError extends Error {
  readonly code: MilterErrorCode

  constructor(code: MilterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MilterError'
    this.code = code
  }
}
