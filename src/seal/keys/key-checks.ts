import type { KeySource, StoredKey } from '../../store/recipient-keys.js'
import { GatewayError } from '../../errors.js'
import { objectionsTo, type KeyRules } from './objections.js'
import { readStoredKey } from './stored-key.js'

/** What is found out about a certificate besides what stands in it; given by whoever can ask. */
export interface CertificateChecks {
  /**
   * Whether somebody trusted has issued it.
   *
   * Shape   the certificate and those between it and its root, DER; `now` in epoch milliseconds
   * Gives   undefined when it has, else why not, as a clause
   */
  issuerProblem(certificate: Buffer, chain: readonly Buffer[], now: number): string | undefined
  /** Absent: nobody asks. */
  readonly revocation?: AskRevocation
}

export type AskRevocation = (
  certificate: Buffer,
  chain: readonly Buffer[],
  signal: AbortSignal,
) => Promise<RevocationState>

/** `unnamed`: the certificate says nobody who could be asked. */
export type RevocationState = 'good' | 'revoked' | 'unavailable' | 'unnamed'

/** An administrator's act vouches for a key; a key that came by itself needs somebody else who does. */
const isVouchedFor = (source: KeySource): boolean => source === 'import'

/**
 * Says why a stored key must not be used now, as clauses about it: what it says of itself, who issued
 * it, and whether it was revoked.
 *
 * A certificate that an administrator imported needs no authority, and is used when nobody can be
 * asked about its revocation. An OpenPGP key is believed from where it was found: its own server, or
 * an administrator.
 *
 * Throws  what `signal` is aborted with
 */
export async function problemsOf(
  key: StoredKey,
  rules: KeyRules,
  checks: CertificateChecks,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let found: readonly string[]
  try {
    found = objectionsTo(await readStoredKey(key, rules.now), rules)
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return [thrown.message]
  }
  signal.throwIfAborted()
  if (found.length > 0 || key.system === 'pgp') return found
  const certificate = Buffer.from(key.bytes, 'base64')
  const chain = key.chain.map(base64 => Buffer.from(base64, 'base64'))
  if (!isVouchedFor(key.source)) {
    const problem = checks.issuerProblem(certificate, chain, rules.now)
    if (problem !== undefined) return [problem]
  }
  const state = (await checks.revocation?.(certificate, chain, signal)) ?? 'unnamed'
  if (state === 'revoked') return ['its authority has revoked it']
  if (state === 'unavailable' && !isVouchedFor(key.source))
    return ['whether it was revoked cannot be found out now']
  return []
}
