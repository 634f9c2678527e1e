import { normalDomain } from '../policy/matcher.js'

/** Whose rules, levels and records a message belongs to when no customer is configured. */
export const DEFAULT_CUSTOMER = 'default'

/**
 * Tells customers apart by the domain of the envelope sender.
 *
 * Gives   a function from the sender's address to the customer's name. The null sender and senders
 *         of no customer belong to `default`.
 */
export function customerLookup(
  customers: readonly { readonly name: string; readonly domains: readonly string[] }[],
): (sender: string) => string {
  const byDomain = new Map<string, string>()
  for (const { name, domains } of customers) {
    for (const domain of domains) byDomain.set(normalDomain(domain), name)
  }
  return sender =>
    byDomain.get(normalDomain(sender.slice(sender.lastIndexOf('@') + 1))) ?? DEFAULT_CUSTOMER
}
