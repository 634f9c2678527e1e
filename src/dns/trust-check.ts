import type { NameSource } from './resolver.js'

/** Why the word of a resolver about signatures is not to be believed; undefined: it is. */
export type Doubt = 'unanswered' | 'does-not-validate' | 'accepts-bogus'

export interface KnownNames {
  /** Known to be signed. */
  readonly signed: string
  /** Known to have a wrong signature; empty: not looked at. */
  readonly bogus: string
}

/**
 * Asks a resolver about a name that is signed and one whose signature is wrong.
 *
 * Gives   what is wrong with the resolver; an answer that does not come is no proof of trust.
 */
export async function doubtAbout(
  names: NameSource,
  { signed, bogus }: KnownNames,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  const good = await names.ask(signed, 'SOA', signal)
  if (good.state === 'insecure') return 'does-not-validate'
  if (good.state !== 'secure' || good.records.length === 0) return 'unanswered'
  if (bogus === '') return undefined
  const bad = await names.ask(bogus, 'A', signal)
  if (bad.state === 'bogus') return undefined
  return bad.state === 'secure' || bad.state === 'insecure' ? 'accepts-bogus' : 'unanswered'
}
