import { normalDomain } from '../policy/matcher.js'
import type { Level } from '../policy/model.js'

/** A recipient as the decision sees it, before its level is looked up. */
export interface Recipient {
  readonly address: string
  /** Lower case, in A-label form; empty for an address without a domain. */
  readonly domain: string
  readonly internal: boolean
}

/** The level of a domain, and until when it counts (epoch milliseconds). */
export interface KnownLevel {
  readonly level: Level
  readonly until?: number | undefined
}

/**
 * Splits recipients into internal and external ones.
 *
 * An address without a domain is local to Postfix. An address of an internal domain whose local
 * part could make Postfix route it elsewhere (`user%example.net`, `example.net!user`, a quoted `@`)
 * is not taken as internal: nobody knows yet where it ends.
 *
 * Source  postconf(5) allow_percent_hack, swap_bangpath; RFC 5321, section 4.1.2
 */
export function classifyRecipients(
  addresses: readonly string[],
  isInternalDomain: (domain: string) => boolean,
): readonly Recipient[] {
  return addresses.map(address => {
    const at = address.lastIndexOf('@')
    const localPart = at < 0 ? address : address.slice(0, at)
    const domain = at < 0 ? '' : normalDomain(address.slice(at + 1))
    const direct = !/[%!@]/.test(localPart)
    return { address, domain, internal: direct && (domain === '' || isInternalDomain(domain)) }
  })
}
