import { readFileSync } from 'node:fs'
import { GatewayError, reasonOf } from '../errors.js'
import { parseCertificate, readCertificate, type CertificateFacts } from './certificate.js'
import type { TrustFacts } from './facts.js'

/** Certificates of one name whose keys are tried. */
const MAX_NAMESAKES = 8

/** Trusted authorities, by the bytes of their names. */
export interface TrustStore {
  readonly size: number
  bySubject(subject: string): readonly CertificateFacts[]
}

/** Steps from the server's certificate to the anchor; OpenSSL allows 100, Postfix 9. */
const MAX_DEPTH = 9

/**
 * Builds the chain that Postfix sees: from the certificates that were sent and the store, never
 * completed by fetching. As OpenSSL does, an authority in the store goes before one that was sent,
 * and only one that signed itself ends the chain. Dates are left aside.
 *
 * Shape   `sent` in the order sent, DER in base64, the server's own first
 * Source  RFC 5280, 6.1; OpenSSL, crypto/x509/x509_vfy.c, build_chain
 */
export function buildTrust(sent: readonly string[], store: TrustStore): TrustFacts {
  const certificates = sent.map(readCertificate)
  const path: number[] = []
  const supplied: CertificateFacts[] = []
  const outcome = (
    of: TrustFacts['outcome'],
    detail?: string,
    anchor?: CertificateFacts,
  ): TrustFacts =>
    Object.freeze({
      outcome: of,
      path: Object.freeze(path),
      anchor: anchor?.der.toString('base64'),
      detail,
      ...(supplied.length === 0
        ? {}
        : { supplied: supplied.map(({ der }) => der.toString('base64')) }),
    })
  let current = certificates[0]
  if (current === undefined) return outcome('broken', 'the certificate cannot be read')
  let index = 0
  while (path.length < MAX_DEPTH) {
    path.push(index)
    const child: CertificateFacts = current
    if (isSelfSigned(child)) {
      const isKnown = store.bySubject(child.subject).some(({ der }) => der.equals(child.der))
      if (isKnown) return outcome('trusted', undefined, child)
      return path.length === 1
        ? outcome('self-signed', 'the certificate signed itself')
        : outcome('untrusted', `${child.subjectText} is not in the store`)
    }
    const inStore = issuersOf(child, store.bySubject(child.issuer))
    const root = inStore.find(isSelfSigned)
    const sentIssuer = issuersOf(child, certificates.filter(isReadable))[0]
    const issuer = root ?? sentIssuer ?? inStore[0]
    if (issuer === undefined) return outcome('incomplete', `${child.issuerText} was not sent`)
    if (!isSignedBy(child, issuer))
      return outcome('broken', `the signature of ${child.subjectText} is wrong`)
    if (root !== undefined) return outcome('trusted', undefined, root)
    if (issuer === sentIssuer) index = certificates.indexOf(issuer)
    else index = certificates.length + supplied.push(issuer) - 1
    if (path.includes(index)) return outcome('broken', 'the certificates issue each other')
    current = issuer
  }
  return outcome('broken', `more than ${MAX_DEPTH} steps`)
}

const isReadable = (one: CertificateFacts | undefined): one is CertificateFacts => one !== undefined

/** The certificates that a path counts, as it counts them. */
export function countedBy(
  chain: readonly string[],
  { supplied = [] }: Pick<TrustFacts, 'supplied'>,
): readonly string[] {
  return supplied.length === 0 ? chain : [...chain, ...supplied]
}

/** It signed itself; an authority's new certificate by its old key has the same names only. */
export const isSelfSigned = (one: CertificateFacts): boolean =>
  one.subject === one.issuer && isSignedBy(one, one)

/** Whether a signature holds; a certificate of anything that OpenSSL cannot compute with has none. */
export function isSignedBy(child: CertificateFacts, issuer: CertificateFacts): boolean {
  try {
    return child.x509.verify(issuer.x509.publicKey)
  } catch {
    return false
  }
}

/** Those that may have issued it, by name, key identifier and key usage, valid ones first. */
function issuersOf(
  child: CertificateFacts,
  candidates: readonly CertificateFacts[],
): readonly CertificateFacts[] {
  const issuers = candidates.filter(
    one => one.subject === child.issuer && child.x509.checkIssued(one.x509),
  )
  // Of several with one name, renewed ones for the most part, the one whose key fits.
  const fitting = issuers.slice(0, MAX_NAMESAKES).find(issuer => isSignedBy(child, issuer))
  return fitting === undefined ? issuers : [fitting]
}

/**
 * Reads the trusted authorities: PEM, as Debian's ca-certificates has them.
 *
 * Throws  ERR_CONFIG_FILE when a file cannot be read or holds no certificate
 */
export function readTrustStore(files: readonly string[]): TrustStore {
  return trustStore(
    files.flatMap(file => {
      let text: string
      try {
        text = readFileSync(file, 'latin1')
      } catch (thrown) {
        throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
      }
      const found = certificatesIn(text)
      if (found.length === 0)
        throw new GatewayError('ERR_CONFIG_FILE', { file, reason: 'it holds no certificate' })
      return found
    }),
  )
}

/** A store of certificates that were read before. */
export function trustStore(certificates: readonly CertificateFacts[]): TrustStore {
  const bySubject = new Map<string, CertificateFacts[]>()
  for (const one of certificates) {
    const others = bySubject.get(one.subject)
    if (others === undefined) bySubject.set(one.subject, [one])
    else others.push(one)
  }
  return Object.freeze({
    size: certificates.length,
    bySubject: (subject: string) => bySubject.get(subject) ?? [],
  })
}

/** The certificates in a PEM text that can be read; others are left out, as OpenSSL does. */
export function certificatesIn(pem: string): readonly CertificateFacts[] {
  const blocks = pem.matchAll(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/g,
  )
  return [...blocks].flatMap(([, base64 = '']) => {
    const facts = parseCertificate(Buffer.from(base64, 'base64'))
    return facts === undefined ? [] : [facts]
  })
}
