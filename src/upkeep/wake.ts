import type { Log } from '../log/log.js'
import { deliverNow } from '../postfix/queue.js'
import type { RunPostfix } from '../postfix/run.js'
import type { StoreAdmin } from '../store/admin.js'

/** A message that is woken and comes to wait again is left alone for so long. */
const AGAIN_AFTER_MS = 60_000

/**
 * Wakes those whose answer is there: Postfix tries their queue entries at once instead of after its
 * back-off. `prepare` is what they must find done; it comes after they were looked for, so that no
 * answer is younger than it.
 *
 * Gives   how many entries were woken; one that holds many recipients is woken once.
 */
export async function wakeAnswered(
  store: Pick<StoreAdmin, 'waitingToWake'>,
  run: RunPostfix,
  log: Log,
  prepare: () => Promise<void>,
): Promise<number> {
  let woken = 0
  const tried = new Set<string>()
  const rows = await store.waitingToWake(AGAIN_AFTER_MS)
  if (rows.length > 0) await prepare()
  for (const { queueId, reference, domain } of rows) {
    if (queueId === undefined || tried.has(queueId)) continue
    tried.add(queueId)
    const known = await deliverNow(run, queueId)
    if (known) woken += 1
    else
      log.warn('Postfix does not try a waiting message at once', {
        queue_id: queueId,
        reference,
        domain,
        reason: 'postqueue -i refused; it is tried after its back-off',
      })
  }
  return woken
}
