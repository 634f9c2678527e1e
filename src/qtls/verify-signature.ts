import { constants, verify } from 'node:crypto'
import type { CertificateFacts } from './certificate.js'
import type { CertificateSignature } from './certificate-signature.js'

/** What was signed, and how. */
export interface SignedBytes {
  readonly data: Buffer
  readonly signature: Buffer
  readonly algorithm: CertificateSignature
}

/** Hashes that may vouch for anything. */
const STRONG: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512'])

/**
 * Checks a signature over a revocation list or an OCSP answer.
 *
 * Gives   what is wrong with it, in a few words; undefined when it holds
 */
export function verifySignature(
  { data, signature, algorithm }: SignedBytes,
  { x509, key }: CertificateFacts,
): string | undefined {
  const { scheme, hash } = algorithm
  const isEddsa = scheme === 'eddsa'
  if (!isEddsa && (hash === undefined || !STRONG.has(hash)))
    return `signed with ${hash ?? 'an unknown hash'}`
  const wanted = WANTED_KEY[scheme]
  const fits = isEddsa ? key.type.startsWith('ed') : wanted === key.type
  if (!fits) return `signed by ${scheme}, which is not what the key is for`
  const padding =
    scheme === 'rsa-pss'
      ? {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_AUTO,
        }
      : {}
  try {
    const holds = verify(hash, data, { key: x509.publicKey, ...padding }, signature)
    return holds ? undefined : 'the signature does not hold'
  } catch {
    return 'the signature cannot be checked'
  }
}

const WANTED_KEY: Readonly<Partial<Record<CertificateSignature['scheme'], string>>> = {
  'rsa-pkcs1': 'rsa',
  'rsa-pss': 'rsa',
  ecdsa: 'ec',
}
