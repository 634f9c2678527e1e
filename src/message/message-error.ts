/** Codes of this room's errors: each means that the caller asked for something impossible. */
export type MessageErrorCode = 'ERR_MESSAGE_EDIT' | 'ERR_MESSAGE_ENCODING' | 'ERR_MESSAGE_SOURCE'

/**
 * An error of the message room. Bad mail never causes one (that is Damage); a wrong edit, an
 * encoding that cannot hold the bytes, or a source that ends early does. Never holds mail text.
 */
export class MessageError extends Error {
  readonly code: MessageErrorCode

  constructor(code: MessageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MessageError'
    this.code = code
  }
}
