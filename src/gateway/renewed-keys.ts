import type { Attempt } from '../store/evidence.js'
import type { DomainLevel } from '../store/store.js'

/** A verdict that is younger may not be in the maps yet: making them takes a while. */
const IN_MAPS_MS = 60_000

/** What Postfix says of a certificate with another key than the map names, as of every other doubt. */
export const NOT_VERIFIED = /^Server certificate not verified/

/**
 * Whether a server that was refused may only have a new key, which the prober has not seen: then the
 * message stays in the lane until it has, and the map names the new key or the domain has lost its
 * level.
 *
 * Shape   `level` of the domain, whose keys the map names; `attempts` of the queue entry
 * Gives   false once the prober has looked since the first refusal and the lane is refused still, and
 *         after `limitMs`
 */
export function awaitsNewKeys(
  level: DomainLevel | undefined,
  attempts: readonly Pick<Attempt, 'service' | 'at' | 'text'>[],
  { now, limitMs }: { readonly now: number; readonly limitMs: number },
): boolean {
  if (level?.level !== 'qualified' || level.probedAt === undefined) return false
  if (level.until !== undefined && level.until <= now) return false
  const refused = attempts.filter(
    ({ service, text }) => service === 'qtls' && NOT_VERIFIED.test(text),
  )
  const since = Math.min(now, ...refused.map(({ at }) => at))
  if (now - since >= limitMs) return false
  return level.probedAt <= since || now - level.probedAt < IN_MAPS_MS
}
