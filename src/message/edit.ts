/**
 * A change to a message, as a rewrite plugin asks for it. Edits of several plugins are put
 * together by the gateway, which gives them to Postfix at end of message.
 *
 * Header values are text: what is not ASCII goes out as UTF-8, a fold is LF and white space, and
 * `encodeHeaderText` makes encoded-words where a receiver may not know UTF-8 headers.
 */
export type Edit =
  | {
      readonly kind: 'add-header'
      readonly name: string
      readonly value: string
      readonly at?: 'top' | 'end'
    }
  /** Changes the `occurrence`-th field (1-based, default 1) of that name; adds it when there is none. */
  | {
      readonly kind: 'set-header'
      readonly name: string
      readonly value: string
      readonly occurrence?: number
    }
  /** Removes the `occurrence`-th field of that name, or all when absent. */
  | { readonly kind: 'remove-header'; readonly name: string; readonly occurrence?: number }
  /**
   * Puts `bytes` in place of the source bytes from `start` to `end`, which must lie in the body of
   * the message. Ranges of one message must not overlap. What no splice touches goes out as it came.
   */
  | {
      readonly kind: 'splice'
      readonly start: number
      readonly end: number
      readonly bytes: Buffer
    }
