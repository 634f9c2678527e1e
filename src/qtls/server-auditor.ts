import type { Socket } from 'node:net'
import type { AuditFacts } from './facts.js'

/**
 * A fresh connection on which STARTTLS was answered and the handshake is to begin.
 *
 * Gives   undefined when the server does not let us come so far; whoever gets a socket destroys it
 */
export type OpenForTls = (signal: AbortSignal) => Promise<Socket | undefined>

/** Asks a server by ClientHellos of our own what it supports. */
export interface ServerAuditor {
  /** A few hellos that tell why there is no session with what the lane `qtls` offers. */
  explain(open: OpenForTls, signal: AbortSignal): Promise<AuditFacts | undefined>
  /** Everything. */
  deep(open: OpenForTls, signal: AbortSignal): Promise<AuditFacts | undefined>
}
