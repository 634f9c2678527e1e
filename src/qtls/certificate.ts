import { createHash, X509Certificate } from 'node:crypto'
import { fromBER } from 'asn1js'
import { Certificate, type RelativeDistinguishedNames } from 'pkijs'
import { readExtensions, type CertificateExtensions } from './certificate-extensions.js'
import { readSignature, type CertificateSignature } from './certificate-signature.js'

/** What the rules ask of a certificate. Bytes are hex, times epoch milliseconds. */
export interface CertificateFacts extends CertificateExtensions {
  readonly der: Buffer
  /** Names as bytes of DER: equal bytes are the same name. */
  readonly subject: string
  readonly issuer: string
  /** For people: cut and escaped. */
  readonly subjectText: string
  readonly issuerText: string
  readonly serial: string
  readonly notBefore: number
  readonly notAfter: number
  readonly key: KeyFacts
  readonly signature: CertificateSignature
  /** SHA-256 of the public key's DER, as Postfix prints it: `AB:CD:…`. */
  readonly spki: string
  /** Who asks OpenSSL: signature checks and host names, as Postfix does. */
  readonly x509: X509Certificate
}

export interface KeyFacts {
  readonly type: 'rsa' | 'ec' | 'dsa' | 'ed25519' | 'ed448' | 'other'
  /** RSA and DSA: the modulus; EC: the size of the curve. */
  readonly bits: number
  /** `prime256v1`, by OpenSSL's name; undefined when it is not a named one. */
  readonly curve: string | undefined
}

/** Largest certificate that is looked at, in bytes: far above any honest one. */
export const MAX_CERTIFICATE = 64 * 1024

/** Certificates that are kept parsed: authorities come again and again. */
const MAX_KNOWN = 500

const known = new Map<string, CertificateFacts | undefined>()

/**
 * Reads a certificate.
 *
 * Shape   DER, base64
 * Gives   undefined for what is not a certificate, is too large, or has a key that nobody knows
 * Source  RFC 5280, 4.1
 */
export function readCertificate(base64: string): CertificateFacts | undefined {
  const before = known.get(base64)
  if (before !== undefined || known.has(base64)) return before
  const facts = parseCertificate(Buffer.from(base64, 'base64'))
  if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value ?? '')
  known.set(base64, facts)
  return facts
}

/** Reads a certificate from its DER; see `readCertificate`. */
export function parseCertificate(der: Buffer): CertificateFacts | undefined {
  if (der.length === 0 || der.length > MAX_CERTIFICATE) return undefined
  try {
    const x509 = new X509Certificate(der)
    // What follows the certificate would not be read, but be part of its fingerprint.
    if (!x509.raw.equals(der)) return undefined
    const { result, offset } = fromBER(der)
    if (offset !== der.length) return undefined
    const certificate = new Certificate({ schema: result })
    const publicKey = x509.publicKey.export({ type: 'spki', format: 'der' })
    return Object.freeze({
      der,
      subject: derOf(certificate.subject),
      issuer: derOf(certificate.issuer),
      subjectText: nameText(x509.subject),
      issuerText: nameText(x509.issuer),
      serial: x509.serialNumber.toLowerCase(),
      notBefore: certificate.notBefore.value.getTime(),
      notAfter: certificate.notAfter.value.getTime(),
      key: keyFacts(x509),
      signature: readSignature(certificate.signatureAlgorithm),
      ...readExtensions(certificate.extensions ?? []),
      spki: fingerprint(spkiOf(certificate, publicKey)),
      x509,
    })
  } catch {
    // Whatever it is that the libraries stumble over, it is no certificate for us.
    return undefined
  }
}

function derOf(name: RelativeDistinguishedNames): string {
  return Buffer.from(name.toSchema().toBER()).toString('hex')
}

/** The bytes as they stand in the certificate: fingerprints are made of them. */
function spkiOf(certificate: Certificate, exported: Buffer): Buffer {
  const bytes = certificate.subjectPublicKeyInfo.toSchema().toBER()
  return bytes.byteLength === 0 ? exported : Buffer.from(bytes)
}

const fingerprint = (bytes: Buffer): string =>
  (createHash('sha256').update(bytes).digest('hex').toUpperCase().match(/../g) ?? []).join(':')

function keyFacts({ publicKey }: X509Certificate): KeyFacts {
  const { modulusLength = 0, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  const type = KEY_TYPES[publicKey.asymmetricKeyType ?? ''] ?? 'other'
  const bits = KEY_BITS[namedCurve ?? publicKey.asymmetricKeyType ?? ''] ?? modulusLength
  return { type, bits, curve: namedCurve }
}

const KEY_TYPES: Readonly<Record<string, KeyFacts['type']>> = {
  rsa: 'rsa',
  'rsa-pss': 'rsa',
  dsa: 'dsa',
  ec: 'ec',
  ed25519: 'ed25519',
  ed448: 'ed448',
}

/** Curves that may stand in a certificate; any other counts as too short. */
const KEY_BITS: Readonly<Record<string, number>> = {
  ed25519: 256,
  ed448: 448,
  prime192v1: 192,
  secp192k1: 192,
  secp224r1: 224,
  secp224k1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
  brainpoolP224r1: 224,
  brainpoolP256r1: 256,
  brainpoolP256t1: 256,
  brainpoolP320r1: 320,
  brainpoolP384r1: 384,
  brainpoolP384t1: 384,
  brainpoolP512r1: 512,
  brainpoolP512t1: 512,
}

/** OpenSSL writes one attribute a line; a name of the other side may hold anything. */
function nameText(name: string | undefined): string {
  const line = (name ?? '').split('\n').join(', ')
  const printable = line.replace(/[^\x20-\x7e\u00a1-\u024f]/g, '?')
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable
}
