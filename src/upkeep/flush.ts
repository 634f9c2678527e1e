import type { Log } from '../log/log.js'
import { deliverAll, deliverNow, listQueue, type QueueEntry } from '../postfix/queue.js'
import type { RunPostfix } from '../postfix/run.js'

/** Above this many, one call that flushes everything is kinder than a process for each. */
const SINGLY = 200

/**
 * Makes Postfix try at once what was deferred because of us, so that nobody waits out the back-off
 * of an outage that is over.
 *
 * Gives   how many entries were concerned.
 */
export async function flushLanes(
  run: RunPostfix,
  listeners: readonly string[],
  log: Log,
): Promise<number> {
  const ours = (await listQueue(run)).filter(entry => isOurs(entry, listeners))
  if (ours.length === 0) return 0
  if (ours.length > SINGLY) await deliverAll(run)
  else {
    const refused: string[] = []
    for (const { queueId } of ours) if (!(await deliverNow(run, queueId))) refused.push(queueId)
    if (refused.length > 0)
      log.warn('Postfix does not try deferred messages at once', {
        count: refused.length,
        queue_id: refused[0],
        reason: 'postqueue -i refused; they are tried after their back-off',
      })
  }
  log.info('deferred messages are tried again', { count: ours.length })
  return ours.length
}

/** Deferred by a milter that was not there, or by a listener that nobody answered. */
const BY_A_MILTER = /milter|mail protection|Service unavailable - try again later/i

function isOurs({ queue, recipients }: QueueEntry, listeners: readonly string[]): boolean {
  if (queue !== 'deferred') return false
  return recipients.some(
    ({ reason }) =>
      // A message that waits for an answer is woken when that is there, not by the clock.
      !/\bWaiting (?:until|for)\b/.test(reason) &&
      (BY_A_MILTER.test(reason) || listeners.some(listener => reason.includes(listener))),
  )
}
