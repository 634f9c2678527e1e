import type { Config } from '../config/load.js'
import { deliverNow } from '../postfix/queue.js'
import { postfixRunner, type RunPostfix } from '../postfix/run.js'
import { reasonOf } from '../errors.js'
import { currentActor } from '../store/actor.js'
import type { StoreAdmin } from '../store/admin.js'
import type { Waiting } from '../store/transit.js'
import { EXIT } from './exit.js'
import { printable, printJson, printNotice } from './output.js'

export interface WaitingChoice {
  readonly id: string
  readonly customer: string
  readonly recipient: string | undefined
  readonly reason: string
  readonly json: boolean
}

/**
 * Notes what a person decides on those who wait, and makes Postfix try them at once. Should that
 * fail, the daemon does it, or the queue's own clock.
 */
export async function decideWaiting(
  verdict: 'released' | 'cancelled',
  choice: WaitingChoice,
  store: Pick<StoreAdmin, 'decideWaiting'>,
  { postfix }: Pick<Config, 'postfix'>,
  run: RunPostfix = postfixRunner(postfix),
): Promise<void> {
  const { id, customer, recipient, reason, json } = choice
  const decision = { customer, id, verdict, by: currentActor(), reason }
  const rows = await store.decideWaiting(
    recipient === undefined ? decision : { ...decision, recipient },
  )
  if (rows.length === 0) {
    printNotice(`Nobody waits under ${printable(id)}; \`postseal waiting\` lists who does.`)
    if (verdict === 'released')
      printNotice('A question to a sender is answered with `postseal ask answer`.')
    process.exitCode = EXIT.data
    return
  }
  for (const row of rows) {
    if (json) printJson(waitingJson(row))
    else printNotice(`${printable(row.recipient)} ${verdict} (${row.reference}).`)
    if (row.queueId !== undefined) await tryNow(run, row.queueId)
  }
}

/** A row as programs get it. */
export function waitingJson(row: Waiting): object {
  const { since, lastTry, until, decidedAt, ...rest } = row
  return {
    ...rest,
    since: new Date(since),
    lastTry: new Date(lastTry),
    until: new Date(until),
    ...(decidedAt === undefined ? {} : { decidedAt: new Date(decidedAt) }),
  }
}

export async function tryNow(run: RunPostfix, queueId: string): Promise<void> {
  try {
    if (await deliverNow(run, queueId)) return
    printNotice(`Postfix does not try ${queueId} at once; it does at its next turn.`)
  } catch (thrown) {
    printNotice(`Postfix was not asked to try ${queueId} at once: ${reasonOf(thrown)}`)
  }
}
