import { parseDomain } from '../config/domain-name.js'
import { GatewayError } from '../errors.js'

const ADDRESS_LITERAL = /^\[[0-9a-z:.]{2,60}\]$/

/** Longest text that is looked at; 253 characters of IDNA come from fewer than this. */
const MAX_LENGTH = 1024

/**
 * The one spelling of a domain: lower case, IDNA, no dot at the end.
 *
 * Gives   undefined for what is no domain of a mail address; `[192.0.2.1]` is one.
 */
export function normalDomain(domain: string): string | undefined {
  if (domain.length > MAX_LENGTH || domain.startsWith('.')) return undefined
  const lower = domain.toLowerCase()
  return ADDRESS_LITERAL.test(lower) ? lower : parseDomain(lower)
}

/** Throws ERR_STORE_INPUT for what is no domain. */
export function checkedDomain(domain: string): string {
  const normal = normalDomain(domain)
  if (normal !== undefined) return normal
  const shown = JSON.stringify(domain.slice(0, 100))
  throw new GatewayError('ERR_STORE_INPUT', { what: `not a domain: ${shown}` })
}
