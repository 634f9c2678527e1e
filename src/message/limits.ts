/** What one message may ask of the parser. Over a limit, the rest becomes one opaque part. */
export interface MessageLimits {
  /** Levels of parts; the message itself is level 1. */
  readonly maxDepth: number
  /** Parts of one message, containers included. */
  readonly maxParts: number
  /** Bytes of one header block, its empty line included. */
  readonly maxHeaderBytes: number
}

export const MESSAGE_LIMITS: MessageLimits = Object.freeze({
  maxDepth: 50,
  maxParts: 1000,
  maxHeaderBytes: 256 * 1024,
})
