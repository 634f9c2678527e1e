import { parseDomain } from '../../config/domain-name.js'

/** RFC 5321, 4.5.3.1, and the two signs around an address in a command. */
const MAX_ADDRESS = 254
const MAX_LOCAL = 64

/**
 * The one spelling of a mail address under which keys are kept: all lower case, the domain in
 * A-labels. Two mailboxes whose names differ in nothing but case are as good as unknown.
 *
 * Gives   undefined for what is no address with a domain.
 */
export function keyAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at).toLowerCase()
  if (at < 1 || text.length > MAX_ADDRESS || local.length > MAX_LOCAL) return undefined
  if (!/^[^\s\p{Cc}<>"(),:;[\]\\@]+$/u.test(local)) return undefined
  const domain = domainPart(text.slice(at + 1))
  return domain === undefined ? undefined : `${local}@${domain}`
}

/**
 * The same for what a key may be imported for: an address, or `@domain` for everybody there.
 *
 * Gives   undefined for what is neither.
 */
export function keyOwner(text: string): string | undefined {
  if (!text.startsWith('@')) return keyAddress(text)
  const domain = domainPart(text.slice(1))
  return domain === undefined ? undefined : `@${domain}`
}

/** `@example.org` of `anna@example.org`: where the key of a whole domain is kept. */
export function domainOwner(address: string): string {
  return address.slice(address.lastIndexOf('@'))
}

function domainPart(text: string): string | undefined {
  const domain = text.startsWith('.') ? undefined : parseDomain(text)
  return domain?.includes('.') === true ? domain : undefined
}
