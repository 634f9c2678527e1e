import { buildTrust, countedBy, readTrustStore, type TrustStore } from '../qtls/chain-trust.js'
import { parseCertificate, type CertificateFacts } from '../qtls/certificate.js'
import type { TrustFacts } from '../qtls/facts.js'
import { nameConstraintProblem } from '../qtls/name-constraints.js'
import type { CheckRevocation } from '../qtls/revocation.js'
import type { AskRevocation, CertificateChecks, RevocationState } from '../seal/keys/key-checks.js'

const FOR_MAIL: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.4', '2.5.29.37.0'])
const WEAK_HASHES: ReadonlySet<string | undefined> = new Set(['md2', 'md5', 'sha1', undefined])

/**
 * Looks whether a trusted authority has issued a recipient's certificate for mail, and has not revoked
 * it since.
 *
 * Shape   `file` holds the authorities, PEM; it is read when the first certificate asks. Without
 *         `revocation` nobody is asked
 * Source  RFC 5280, 6.1; RFC 8550, 4.4
 */
export function certificateChecks(file: string, revocation?: CheckRevocation): CertificateChecks {
  let known: TrustStore | undefined
  const store = (): TrustStore => (known ??= readTrustStore([file]))
  return Object.freeze({
    issuerProblem: (certificate: Buffer, chain: readonly Buffer[], now: number) =>
      issuerProblem([certificate, ...chain], store(), now),
    ...(revocation === undefined ? {} : { revocation: askRevocation(store, revocation) }),
  })
}

function askRevocation(store: () => TrustStore, check: CheckRevocation): AskRevocation {
  return async (certificate, chain, signal) => {
    const sent = [certificate, ...chain]
    const all = wholeChain(sent, buildTrust(sent.map(base64), store()))
    const facts = all.flatMap(der => parseCertificate(der) ?? [])
    const below = facts.slice(0, -1).flatMap((certificate, index) => {
      const issuer = facts[index + 1]
      return issuer === undefined ? [] : [{ index, certificate, issuer }]
    })
    const [leaf] = facts
    // Whoever issued it is not known, so that nobody's word about it can be checked.
    if (below.length === 0)
      return leaf !== undefined && namesSource(leaf) ? 'unavailable' : 'unnamed'
    const statuses = await check(below, undefined, signal)
    const states = statuses.map(({ sources }) => stateOf(sources.map(({ state }) => state)))
    return WORST_FIRST.find(state => states.includes(state)) ?? 'unnamed'
  }
}

const base64 = (der: Buffer): string => der.toString('base64')

const namesSource = ({ crlUrls, ocspUrls }: CertificateFacts): boolean =>
  crlUrls.length + ocspUrls.length > 0

const WORST_FIRST = ['revoked', 'unavailable', 'good', 'unnamed'] as const

/** One source that is good will do where another does not answer; one that says revoked always counts. */
function stateOf(states: readonly string[]): RevocationState {
  if (states.includes('revoked')) return 'revoked'
  if (states.includes('good')) return 'good'
  return states.length === 0 ? 'unnamed' : 'unavailable'
}

function issuerProblem(
  sent: readonly Buffer[],
  store: TrustStore,
  now: number,
): string | undefined {
  const trust = buildTrust(sent.map(base64), store)
  const { outcome, detail } = trust
  if (outcome !== 'trusted') return `no trusted authority has issued it (${detail ?? outcome})`
  const all = wholeChain(sent, trust)
  const [leaf, ...issuers] = all.flatMap(der => parseCertificate(der) ?? [])
  if (leaf === undefined || issuers.length + 1 !== all.length) return 'its chain cannot be read'
  return weakSignature([leaf, ...issuers.slice(0, -1)]) ?? wrongIssuer(leaf, issuers, now)
}

/** From the certificate itself to the anchor, as far as they are known. */
function wholeChain(sent: readonly Buffer[], trust: TrustFacts): readonly Buffer[] {
  const counted = countedBy(sent.map(base64), trust)
  const all = trust.path.flatMap(index => counted[index] ?? [])
  return [...all, ...(trust.anchor === undefined ? [] : [trust.anchor])].map(one =>
    Buffer.from(one, 'base64'),
  )
}

/** Ed25519 and its like have no hash of their own. */
function weakSignature(below: readonly CertificateFacts[]): string | undefined {
  const weak = below.find(
    ({ signature: { scheme, hash } }) => scheme !== 'eddsa' && WEAK_HASHES.has(hash),
  )
  return weak && 'a signature in its chain is outdated'
}

function wrongIssuer(
  leaf: CertificateFacts,
  issuers: readonly CertificateFacts[],
  now: number,
): string | undefined {
  let below = 0
  for (const [index, issuer] of issuers.entries()) {
    const isAnchor = index === issuers.length - 1
    if (now < issuer.notBefore || now > issuer.notAfter)
      return 'the certificate of its authority is not valid now'
    // An old root without extensions is one all the same; the store vouches for it.
    if (!issuer.isCa && !isAnchor) return 'who issued it is no authority'
    if (issuer.keyUsage?.has('certSign') === false)
      return 'its authority may not issue certificates'
    if (issuer.pathLength !== undefined && below > issuer.pathLength)
      return 'its chain is longer than an authority allows'
    if (issuer.subject !== issuer.issuer) below += 1
    if (issuer.extendedKeyUsage?.some(use => FOR_MAIL.has(use)) === false)
      return 'its authority may not issue certificates for mail'
    if (issuer.unknownCritical.length > 0) return 'its authority has conditions that we do not know'
    const problem = nameConstraintProblem(issuer, leaf)
    if (problem !== undefined) return `its authority may not issue it: ${problem}`
  }
  return leaf.unknownCritical.length > 0 ? 'it has conditions that we do not know' : undefined
}
