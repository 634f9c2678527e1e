import { fromBER } from 'asn1js'
import { Certificate, ContentInfo, SignedData } from 'pkijs'
import { keyRefused } from './key-refused.js'

/** Certificates of one bundle; an authority and its customers, not a directory. */
export const MAX_BUNDLE = 200

const SIGNED_DATA = '1.2.840.113549.1.7.2'

/**
 * Takes the certificates out of a PKCS #7 bundle (`.p7b`, `.p7c`), in the order that they stand in.
 *
 * Shape   BER or DER of a ContentInfo with SignedData
 * Gives   each certificate as DER
 * Throws  ERR_SEAL_KEY_INPUT for what is no bundle, or too large a one
 * Source  RFC 5652, 5.1; RFC 8551, 3.8 (certs-only)
 */
export function certificatesOfBundle(bytes: Buffer): readonly Buffer[] {
  const found = bundleOf(bytes)
  if (found === undefined) throw keyRefused('it is not a PKCS #7 bundle that can be read')
  if (found.length > MAX_BUNDLE)
    throw keyRefused(`more than ${MAX_BUNDLE} certificates in one bundle`)
  if (found.length === 0) throw keyRefused('the bundle holds no certificate')
  return found
}

function bundleOf(bytes: Buffer): readonly Buffer[] | undefined {
  try {
    const { result, offset } = fromBER(bytes)
    if (offset !== bytes.length) return undefined
    const { contentType, content } = new ContentInfo({ schema: result })
    if (contentType !== SIGNED_DATA) return undefined
    return certificatesIn(new SignedData({ schema: content }))
  } catch {
    // Whatever the library stumbles over: it is not a bundle for us.
    return undefined
  }
}

/** Certificates of other kinds than X.509 are left out. */
export function certificatesIn({ certificates = [] }: SignedData): readonly Buffer[] {
  return certificates.flatMap(one =>
    one instanceof Certificate ? [Buffer.from(one.toSchema().toBER())] : [],
  )
}
