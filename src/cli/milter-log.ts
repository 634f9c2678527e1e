import { reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import type { MilterEvent } from '../milter/index.js'

/** Writes what the milter library reports to the log. */
export function milterLog(log: Log): (event: MilterEvent) => void {
  return ({ kind, level, connection, reason, queueId, error }) =>
    log[level](`milter: ${kind}`, {
      queue_id: queueId,
      count: connection,
      reason: error === undefined ? reason : `${reason}: ${reasonOf(error)}`,
    })
}
