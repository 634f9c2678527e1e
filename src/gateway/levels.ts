import type { RecipientFacts } from '../policy/decide.js'
import type { Store } from '../store/store.js'
import type { Recipient } from './recipients.js'

/**
 * Gives each recipient the level of its domain: `internal`, what the store knows and has not run
 * out, else `undetermined`.
 */
export async function withLevels(
  recipients: readonly Recipient[],
  customer: string,
  store: Pick<Store, 'levels'>,
  now: number,
): Promise<readonly RecipientFacts[]> {
  const domains = new Set<string>()
  for (const { internal, domain } of recipients) {
    if (!internal && domain !== '') domains.add(domain)
  }
  const known = domains.size === 0 ? undefined : await store.levels(customer, [...domains])
  return recipients.map(({ address, domain, internal }) => {
    if (internal) return { address, domain, level: 'internal' }
    const entry = known?.get(domain)
    const inForce = entry !== undefined && (entry.until === undefined || entry.until > now)
    return { address, domain, level: inForce ? entry.level : 'undetermined' }
  })
}
