import { readCertificate } from './certificate.js'
import type { AuditFacts, ConnectionFacts, SessionFacts } from './facts.js'
import { finding, type Finding } from './finding.js'
import { judgeSession } from './judge-session.js'
import type { TlsProfile } from './tls-profile.js'

/**
 * Why a server that speaks TLS does not take what the lane `qtls` offers: one reason, the most
 * telling one. What a few ClientHellos found out goes before what the wider session came to.
 *
 * Source  BSI TR-02102-2, its lists of suites, groups and signature schemes
 */
export function explainFailure(
  { audit, tlsFailure }: Pick<ConnectionFacts, 'audit' | 'tlsFailure'>,
  wider: SessionFacts,
  profile: TlsProfile,
  now: number,
): readonly Finding[] {
  const ofSession = judgeSession(wider, profile, now)
  const tooOld = ofSession.find(({ code }) => code === 'protocol_too_old')
  if (tooOld !== undefined) return [tooOld]
  const explained = audit === undefined ? undefined : fromAudit(audit, wider, profile)
  if (explained !== undefined) return [explained]
  if (ofSession.length > 0) return ofSession
  // The session is one that we offer, yet with our offer there was none: the signature is left.
  const failure = tlsFailure === undefined ? {} : { failure: tlsFailure.slice(0, 200) }
  return [finding('sig_not_bsi', { suite: wider.suite, ...failure })]
}

function fromAudit(
  audit: AuditFacts,
  wider: SessionFacts,
  profile: TlsProfile,
): Finding | undefined {
  const { guideline } = profile
  const suites = [...(audit.suites['TLSv1.2'] ?? []), ...(audit.suites['TLSv1.3'] ?? [])]
  if (suites.length === 0) return undefined
  const listed = guideline.suite.filter(({ name }) => suites.includes(name))
  const offered = listed.filter(
    ({ use, name }) => use === 'offer' && !profile.refusedSuites.includes(name),
  )
  if (offered.length === 0) {
    if (!suites.some(hasForwardSecrecy)) return finding('no_pfs', { suites: suites.slice(0, 5) })
    const dhOnly = suites.filter(hasForwardSecrecy).every(name => name.includes('_DHE_'))
    const bits = audit.dhBits
    if (dhOnly && bits !== undefined && bits < profile.dhMinBits)
      return finding('dh_too_short', { bits })
    const shown = { suites: suites.slice(0, 5) }
    return finding('suite_not_bsi', listed.length > 0 ? { ...shown, listed: true } : shown)
  }
  const groups = [...new Set(Object.values(audit.groups).flat())]
  const knownGroups = guideline.group.filter(({ name }) => groups.includes(name))
  const noneOffered = !knownGroups.some(
    ({ use, name }) =>
      use === 'offer' && !profile.refusedGroups.includes(name) && !name.startsWith('ffdhe'),
  )
  if (groups.length > 0 && noneOffered) {
    const shown = { groups: groups.slice(0, 5) }
    const isOurs = knownGroups.some(({ name }) => !name.startsWith('ffdhe'))
    return isOurs ? finding('unsupported_by_sender', shown) : finding('kex_group_not_bsi', shown)
  }
  // In TLS 1.2 the curve of the certificate has to be among the groups that are offered.
  const { curve = '' } = readCertificate(wider.chain[0] ?? '')?.key ?? {}
  if (curve.startsWith('brainpool')) return finding('unsupported_by_sender', { curve })
  const schemes = [...new Set(Object.values(audit.signatureSchemes).flat())]
  const knownSchemes = guideline.signature_scheme.filter(({ name }) => schemes.includes(name))
  if (schemes.length > 0 && !knownSchemes.some(({ use }) => use === 'offer')) {
    const shown = { schemes: schemes.slice(0, 5) }
    const isOurs = knownSchemes.some(({ name }) => !name.startsWith('rsa_pkcs1'))
    return isOurs ? finding('unsupported_by_sender', shown) : finding('sig_not_bsi', shown)
  }
  return undefined
}

/** Ephemeral key agreement with an authenticated server; every suite of TLS 1.3 has it. */
const hasForwardSecrecy = (suite: string): boolean =>
  /^TLS_(?:EC)?DHE_(?:RSA|ECDSA|DSS)_/.test(suite) || !suite.includes('_WITH_')
