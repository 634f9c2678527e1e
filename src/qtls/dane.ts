import { createHash, createPublicKey } from 'node:crypto'
import { parseCertificate, type CertificateFacts } from './certificate.js'
import { isSignedBy } from './chain-trust.js'
import type { TlsaRecord } from './facts.js'

/** How the certificates of a server fit its TLSA records. */
export type DaneMatch =
  | { readonly kind: 'ee' }
  /** The certificates below the trust anchor that the records name, indexes into the path. */
  | { readonly kind: 'ta'; readonly below: number }
  | { readonly kind: 'mismatch' }
  /** There are records, but none that counts for mail. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'none' }

const END_ENTITY = 3
const TRUST_ANCHOR = 2
const CERTIFICATE = 0
const PUBLIC_KEY = 1
/** Length of the digests by matching type. */
const DIGEST: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  1: { name: 'sha256', bytes: 32 },
  2: { name: 'sha512', bytes: 64 },
}

/**
 * Finds the TLSA record that a chain fits. As for Postfix, only usages 2 and 3 count, of several
 * digests of one thing only the strongest, and one fitting record suffices, so that a new key can be
 * published beside the old one.
 *
 * Shape   `path`: the server's certificate and, in turn, those that signed the one before
 * Source  RFC 6698, 2.1; RFC 7671, 9; RFC 7672, 3.1
 */
export function matchDane(
  records: readonly TlsaRecord[],
  path: readonly CertificateFacts[],
): DaneMatch {
  if (records.length === 0) return { kind: 'none' }
  const usable = strongest(records.filter(isUsable))
  if (usable.length === 0) return { kind: 'unusable' }
  const [leaf] = path
  if (leaf === undefined) return { kind: 'mismatch' }
  if (usable.some(record => record.usage === END_ENTITY && fits(record, leaf)))
    return { kind: 'ee' }
  const anchors = usable.filter(({ usage }) => usage === TRUST_ANCHOR)
  for (const [at, certificate] of path.entries()) {
    if (at > 0 && anchors.some(record => fits(record, certificate)))
      return { kind: 'ta', below: at }
    if (anchors.some(record => isIssuedBy(certificate, record)))
      return { kind: 'ta', below: at + 1 }
  }
  return { kind: 'mismatch' }
}

function isUsable({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if (usage !== END_ENTITY && usage !== TRUST_ANCHOR) return false
  if (selector !== CERTIFICATE && selector !== PUBLIC_KEY) return false
  const bytes = Buffer.from(data, 'base64')
  if (matchingType !== 0) return DIGEST[matchingType]?.bytes === bytes.length
  return selector === CERTIFICATE
    ? parseCertificate(bytes) !== undefined
    : publicKeyOf(bytes) !== undefined
}

/** Digest agility: a weaker digest does not count beside a stronger one of the same thing. */
function strongest(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  const best = new Map<string, number>()
  const keyOf = ({ usage, selector }: TlsaRecord): string => `${usage} ${selector}`
  for (const record of records)
    best.set(keyOf(record), Math.max(best.get(keyOf(record)) ?? 0, record.matchingType))
  return records.filter(
    record => record.matchingType === 0 || record.matchingType === best.get(keyOf(record)),
  )
}

function fits({ selector, matchingType, data }: TlsaRecord, one: CertificateFacts): boolean {
  const wanted = Buffer.from(data, 'base64')
  const whole =
    selector === CERTIFICATE ? one.der : one.x509.publicKey.export({ type: 'spki', format: 'der' })
  const digest = DIGEST[matchingType]
  return (digest === undefined ? whole : createHash(digest.name).update(whole).digest()).equals(
    wanted,
  )
}

/** Records that hold a whole certificate or key can vouch for what was sent without it. */
function isIssuedBy(child: CertificateFacts, record: TlsaRecord): boolean {
  if (record.matchingType !== 0) return false
  const bytes = Buffer.from(record.data, 'base64')
  if (record.selector === CERTIFICATE) {
    const issuer = parseCertificate(bytes)
    return issuer !== undefined && issuer.subject === child.issuer && isSignedBy(child, issuer)
  }
  const key = publicKeyOf(bytes)
  return key !== undefined && child.x509.verify(key)
}

function publicKeyOf(der: Buffer): ReturnType<typeof createPublicKey> | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
