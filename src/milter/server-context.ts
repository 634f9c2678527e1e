import { tmpdir } from 'node:os'
import { BodyBudget } from './body-budget.js'
import type { MilterClock } from './deadlines.js'
import type { MilterEvent } from './event.js'
import type { MilterHandlers } from './handlers.js'
import { DEFAULT_LIMITS, type MilterLimits } from './limits.js'
import { negotiationWish } from './negotiation-wish.js'
import { newCounters } from './server-counters.js'
import type { ServerContext } from './session-context.js'
import { SpoolFile } from './spool-file.js'

export interface MilterServerOptions {
  readonly handlers: MilterHandlers
  readonly limits?: Partial<MilterLimits>
  readonly log?: (event: MilterEvent) => void
  /** Where bodies go that do not fit into memory; the system's temporary directory by default. */
  readonly spoolDirectory?: string
  readonly clock?: MilterClock
}

const MAX_TICK_MS = 1000

/** What all connections of a server share, made from its options. */
export function serverContext(options: MilterServerOptions): ServerContext {
  const { handlers, log, spoolDirectory = tmpdir() } = options
  const limits: MilterLimits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  return {
    handlers,
    wish: negotiationWish(handlers),
    limits,
    budget: new BodyBudget(limits.bodyMemoryTotal),
    counters: newCounters(),
    openSpool: () => SpoolFile.open(spoolDirectory),
    log: log ?? (() => undefined),
  }
}

/** Often enough that no deadline is late by more than a quarter of itself, or a second. */
export function tickOf(limits: MilterLimits): number {
  const { answerMs, idleMs, progressMs, stallMs } = limits
  return Math.max(
    1,
    Math.min(MAX_TICK_MS, ...[answerMs, idleMs, progressMs, stallMs].map(ms => ms / 4)),
  )
}
