import type { CertificateFacts } from './certificate.js'
import { finding, type Finding } from './finding.js'
import { nameConstraintProblem } from './name-constraints.js'
import type { TlsProfile } from './tls-profile.js'

/** A chain from the server's certificate up; the anchor by itself, where there is one. */
export interface Chain {
  readonly path: readonly CertificateFacts[]
  readonly anchor: CertificateFacts | undefined
}

/** Keys of the whole chain, the anchor's too. */
export function judgeKeys({ path, anchor }: Chain, profile: TlsProfile): readonly Finding[] {
  const all = anchor === undefined || path.includes(anchor) ? path : [...path, anchor]
  return all.flatMap(({ key, subjectText: certificate }, index): Finding[] => {
    const { type, bits, curve } = key
    const evidence = { certificate, index, type, bits }
    if (type === 'rsa' && bits < profile.rsaMinBits) return [finding('key_too_short', evidence)]
    if (type === 'rsa' && bits < GUIDELINE_RSA_BITS) return [finding('rsa_lt_3000', evidence)]
    if (type === 'ec' && bits < profile.ecMinBits) return [finding('key_too_short', evidence)]
    if (type === 'ec' && !LISTED_CURVES.has(curve ?? ''))
      return [finding('sig_not_bsi', { ...evidence, curve: curve ?? 'explicit' })]
    if (type === 'rsa' || type === 'ec') return []
    return [finding('sig_not_bsi', evidence)]
  })
}

const GUIDELINE_RSA_BITS = 3000

/** Curves whose ECDSA signatures the guideline lists; prime256v1 is secp256r1. */
const LISTED_CURVES: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
])

/** Signatures of everything below the anchor; its own over itself proves nothing. */
export function judgeSignatures(
  { path, anchor }: Chain,
  profile: TlsProfile,
  now: number,
): readonly Finding[] {
  const hashes = new Set(profile.guideline.hash.map(({ name }) => name))
  const pkcs1 = profile.guideline.signature_scheme.find(({ name }) => name === 'rsa_pkcs1_sha256')
  const pkcs1Until = pkcs1?.certificate_until ?? 0
  const isOver = new Date(now).getUTCFullYear() > pkcs1Until
  return path
    .filter(certificate => certificate !== anchor)
    .flatMap(({ signature, subjectText: certificate }, index): Finding[] => {
      const { scheme, hash, oid } = signature
      const evidence = { certificate, index, scheme, ...(hash === undefined ? { oid } : { hash }) }
      if (scheme === 'eddsa' || scheme === 'dsa' || scheme === 'other')
        return [finding('sig_not_bsi', evidence)]
      if (hash === undefined || WEAK_HASHES.has(hash)) return [finding('sig_sha1', evidence)]
      if (!hashes.has(hash)) return [finding('sig_not_bsi', evidence)]
      if (scheme === 'rsa-pkcs1' && isOver)
        return [finding('cert_sig_rsa_pkcs1_v15', { ...evidence, until: pkcs1Until })]
      return []
    })
}

const WEAK_HASHES: ReadonlySet<string> = new Set(['md2', 'md5', 'sha1', 'sha224'])

/** Times of the whole chain, the anchor's too. */
export function judgeDates({ path, anchor }: Chain, now: number): readonly Finding[] {
  const all = anchor === undefined || path.includes(anchor) ? path : [...path, anchor]
  return all.flatMap(({ notBefore, notAfter, subjectText: certificate }, index): Finding[] => {
    if (now > notAfter)
      return [finding('cert_expired', { certificate, index, notAfter: timeText(notAfter) })]
    if (now < notBefore)
      return [finding('cert_not_yet_valid', { certificate, index, notBefore: timeText(notBefore) })]
    return []
  })
}

const timeText = (time: number): string =>
  Number.isFinite(time) ? new Date(time).toISOString() : 'unreadable'

/** Server Gated Cryptography counts as serverAuth for OpenSSL. */
const FOR_SERVERS: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
])

/**
 * What each certificate may be used for.
 *
 * Source  RFC 5280, 4.2.1.3, 4.2.1.9, 4.2.1.10, 4.2.1.12 and 6.1.4; the choices that it leaves open
 *         as OpenSSL makes them (crypto/x509/v3_purp.c), since Postfix asks OpenSSL
 */
export function judgeUse({ path, anchor }: Chain): readonly Finding[] {
  const findings: Finding[] = []
  const [leaf, ...others] = path
  if (leaf === undefined) return findings
  const issuers = anchor === undefined || path.includes(anchor) ? others : [...others, anchor]
  const add = (
    code: 'cert_purpose' | 'cert_constraint',
    certificate: CertificateFacts,
    what: string,
  ): void => {
    findings.push(finding(code, { certificate: certificate.subjectText, what }))
  }
  for (const one of [leaf, ...issuers]) {
    const { extendedKeyUsage, unknownCritical } = one
    if (extendedKeyUsage !== undefined && !extendedKeyUsage.some(use => FOR_SERVERS.has(use)))
      add('cert_purpose', one, 'extended key usage without serverAuth')
    const [unknown] = unknownCritical
    if (unknown !== undefined) add('cert_constraint', one, `critical extension ${unknown}`)
  }
  const { keyUsage } = leaf
  const mayServe =
    keyUsage === undefined ||
    keyUsage.has('digitalSignature') ||
    keyUsage.has('keyEncipherment') ||
    keyUsage.has('keyAgreement')
  if (!mayServe) add('cert_purpose', leaf, 'key usage not for TLS')
  let below = 0
  for (const issuer of issuers) {
    // An old root without extensions is one all the same; the store vouches for it.
    if (!issuer.isCa && issuer !== anchor) add('cert_constraint', issuer, 'not an authority')
    if (issuer.keyUsage?.has('certSign') === false)
      add('cert_constraint', issuer, 'key usage without keyCertSign')
    if (issuer.pathLength !== undefined && below > issuer.pathLength)
      add('cert_constraint', issuer, `path length ${issuer.pathLength}`)
    if (issuer.subject !== issuer.issuer) below += 1
    const problem = nameConstraintProblem(issuer, leaf)
    if (problem !== undefined) add('cert_constraint', issuer, problem)
  }
  return findings
}
