import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf, earlierCauseOf, type CauseScope, type LaneCause } from '../evidence/cause.js'
import type { Store } from '../store/store.js'

/** Between two looks for the line of the log that says why. */
const LOOK_EVERY_MS = 100

export interface WayBack {
  readonly queueId: string | undefined
  /** When the message first came, epoch milliseconds: what the log says from before is another's. */
  readonly since: number | undefined
  readonly lane: string
  readonly scope: CauseScope
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Why a lane handed a message back, as the log of Postfix says.
 *
 * The line is written before the message is handed over, but it takes its way through the log and
 * the follower, so it is waited for. Where no server was reached there is none; then the end of the
 * try before tells.
 *
 * Gives   undefined when the log has said nothing after `timeoutMs`.
 */
export async function causeOfReturn(
  { queueId, since, lane, scope, timeoutMs, signal }: WayBack,
  store: Pick<Store, 'queueEntry'>,
): Promise<LaneCause | undefined> {
  if (queueId === undefined) return undefined
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const entry = await store.queueEntry(queueId, since)
    const cause = causeOf(entry, lane, scope)
    if (cause !== undefined) return cause
    if (waitedMs >= timeoutMs) return earlierCauseOf(entry, lane, scope)
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}
