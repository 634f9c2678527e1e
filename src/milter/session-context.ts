import type { BodyBudget } from './body-budget.js'
import type { MilterEvent } from './event.js'
import type { MilterHandlers } from './handlers.js'
import type { MilterLimits } from './limits.js'
import type { NegotiationWish, Step } from './negotiate.js'
import type { PendingWork } from './pending-work.js'
import type { ServerCounters } from './server-counters.js'
import type { SpoolFile } from './spool-file.js'

/** Where a state machine puts what the peer is to read. */
export interface Outlet {
  send(packet: Buffer): void
  /** Writes what was sent and gives a promise while the peer is behind with reading. */
  drained(): Promise<void> | undefined
  /** Closes the connection once everything is written. */
  end(): void
}

/** What a server lends to each of its connections. */
export interface ServerContext {
  readonly handlers: MilterHandlers
  readonly wish: NegotiationWish
  readonly limits: MilterLimits
  readonly budget: BodyBudget
  readonly counters: ServerCounters
  readonly openSpool: () => Promise<SpoolFile>
  readonly log: (event: MilterEvent) => void
}

/** What the state machine of one connection works with. */
export interface SessionContext extends ServerContext {
  readonly id: number
  readonly transport: 'unix' | 'tcp'
  readonly outlet: Outlet
  readonly pending: PendingWork
}

/** For each step, whether the MTA waits for a reply on this connection. */
export type Expected = Readonly<Record<Step, boolean>>
