import type { Config } from '../config/load.js'
import type { MessageLimits } from '../message/limits.js'

/** The limits of the message room as the settings give them. */
export function messageLimits({ message }: Config): MessageLimits {
  return {
    maxDepth: message.max_depth,
    maxParts: message.max_parts,
    maxHeaderBytes: message.max_header_size,
  }
}
