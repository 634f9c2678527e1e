import type { DomainVerdict } from './verdict-model.js'

const MINUTE = 60_000
/** After a try that found nothing out, and after each further one in a row. */
const RETRY_MS = [15, 30, 60, 120, 240].map(minutes => minutes * MINUTE)
/** Nobody is asked more often, however short its answers live. */
const LEAST_MS = 5 * MINUTE
/** A verdict is renewed while it still holds, so that mail need not wait for the new one. */
const RENEWED_AFTER = 0.8

/**
 * When to look at a domain again.
 *
 * Shape   `tries` in a row that found nothing out before this one
 * Gives   epoch milliseconds
 */
export function nextProbe(
  verdict: Pick<DomainVerdict, 'level' | 'until'>,
  probedAt: number,
  tries: number,
): number {
  if (verdict.level === 'undetermined')
    return probedAt + (RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? LEAST_MS)
  const share = verdict.level === 'qualified' ? RENEWED_AFTER : 1
  return Math.round(probedAt + Math.max(LEAST_MS, (verdict.until - probedAt) * share))
}
