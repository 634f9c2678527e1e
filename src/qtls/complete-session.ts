import { readCertificate } from './certificate.js'
import { buildTrust, countedBy, type TrustStore } from './chain-trust.js'
import type { SessionFacts } from './facts.js'
import type { CheckRevocation, Issuance } from './revocation.js'
import type { BareSession } from './tls-session.js'

export interface CompleteOptions {
  /** Whom Postfix trusts. */
  readonly store: TrustStore
  readonly check: CheckRevocation
}

/** Adds to a session what takes more than the session: trust, and whether anything is revoked. */
export function sessionCompleter({
  store,
  check,
}: CompleteOptions): (session: BareSession, signal: AbortSignal) => Promise<SessionFacts> {
  return async (session, signal) => {
    const trust = buildTrust(session.chain, store)
    const chain = countedBy(session.chain, trust)
    const anchor = trust.anchor === undefined ? undefined : readCertificate(trust.anchor)
    const path = trust.path.flatMap((index, at): readonly Issuance[] => {
      const certificate = readCertificate(chain[index] ?? '')
      const above = trust.path[at + 1]
      const issuer = above === undefined ? anchor : readCertificate(chain[above] ?? '')
      // The anchor vouches for itself; without an issuer there is nobody to ask.
      if (certificate === undefined || issuer === undefined || issuer === certificate) return []
      return [{ index, certificate, issuer }]
    })
    const revocation = await check(path, session.staple, signal)
    return Object.freeze({ ...session, trust, revocation })
  }
}
