/**
 * Records changes to a message. They go out at end of message, and only if the answer lets the
 * message pass. Each call throws when the change is illegal, was not negotiated, or comes too late.
 */
export interface EditRecorder {
  /** Adds a field at the end. A value without leading white space gets one space. */
  addHeader(name: string, value: string): void
  /**
   * Puts a field before the received field `position` (0-based), below the MTA's own Received;
   * `top` is above it.
   */
  insertHeader(position: number | 'top', name: string, value: string): void
  /** Changes the received field `occurrence` (1-based) of that name; adds one when there is none. */
  changeHeader(name: string, occurrence: number, value: string): void
  /** Removes the received field `occurrence` (1-based) of that name, or all of them. */
  removeHeader(name: string, occurrence?: number): void
  /** CRLF text. What an iterable gives is read at end of message. */
  replaceBody(body: Buffer | AsyncIterable<Buffer>): void
  addRecipient(address: string, options?: RecipientOptions): void
  /** `address` as in `tx.recipients`, with or without brackets. */
  removeRecipient(address: string): void
  changeSender(address: string, options?: SenderOptions): void
  /** Puts the message on hold in the MTA's queue. */
  quarantine(reason: string): void
}

/** Parameters of RFC 3461, section 4. */
export interface RecipientOptions {
  readonly notify?: 'never' | readonly ('success' | 'failure' | 'delay')[]
  /** Original recipient, as a plain address; goes out as `rfc822;` and xtext. */
  readonly orcpt?: string
}

export interface SenderOptions {
  readonly ret?: 'full' | 'hdrs'
  readonly envid?: string
}
