import { dayOf } from './key-text.js'
import type { RecipientKey } from './recipient-key.js'

export interface KeyRules {
  /** Epoch milliseconds. */
  readonly now: number
  /** RSA keys of fewer bits are refused. */
  readonly minRsaBits: number
}

/**
 * Says why nothing may be encrypted to a key, as clauses about it.
 *
 * Gives   an empty list when something may; whether it was revoked or who issued it is not asked here
 */
export function objectionsTo(
  key: Pick<RecipientKey, 'unfit' | 'rsaBits' | 'notBefore' | 'notAfter'>,
  { now, minRsaBits }: KeyRules,
): readonly string[] {
  const { unfit, rsaBits, notBefore, notAfter } = key
  const found: string[] = []
  if (unfit !== undefined) found.push(unfit)
  if (rsaBits !== undefined && rsaBits < minRsaBits)
    found.push(`RSA with ${rsaBits} bits is too short, ${minRsaBits} are wanted`)
  if (notBefore > now) found.push(`it is not valid before ${dayOf(notBefore)}`)
  if (notAfter !== undefined && notAfter <= now) found.push(`it was valid until ${dayOf(notAfter)}`)
  return found
}
