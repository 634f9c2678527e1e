import { GatewayError, reasonOf } from '../errors.js'
import type { LogFields } from '../log/fields.js'
import type { Log } from '../log/log.js'
import type { Decision } from '../policy/model.js'

/** One line a message; never subject or content. */
export function logDecision(
  log: Log,
  queueId: string | undefined,
  decision: Decision,
  facts: LogFields,
): void {
  if (!log.writes('info')) return
  const actions = new Set(decision.recipients.map(({ action }) => action))
  const rows = new Set(decision.recipients.map(({ row }) => row))
  log.info('decided', {
    queue_id: queueId,
    recipients: decision.recipients.length,
    class: decision.class,
    verdict: decision.content.verdict,
    system: decision.content.system ?? undefined,
    action: [...actions].join(','),
    row: [...rows].slice(0, 5).join(','),
    labels: decision.labels.length,
    findings: decision.content.parts.length,
    ...facts,
  })
}

/** A message that could not be examined: an operator must act. */
export function logFailure(
  log: Log,
  queueId: string | undefined,
  thrown: unknown,
  reply: string,
): void {
  const known = thrown instanceof GatewayError ? thrown : undefined
  log.error('message not examined', {
    queue_id: queueId,
    reply,
    code: known?.code ?? 'ERR_BUG',
    reason: reasonOf(thrown),
    ...(known === undefined && thrown instanceof Error ? { stack: thrown.stack } : {}),
  })
}
