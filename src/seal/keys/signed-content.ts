import { fromBER } from 'asn1js'
import { Certificate, ContentInfo, SignedData } from 'pkijs'

/** A signature that holds, and the certificate of whoever made it. */
export interface VerifiedSigner {
  /** DER. */
  readonly certificate: Buffer
  /** The other certificates that came with the signature, DER. */
  readonly others: readonly Buffer[]
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
/** SHA-256, SHA-384, SHA-512: an older digest proves nothing about the content. */
const DIGESTS: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
])
/** People sign a mail once, a gateway on their way perhaps a second time. */
const MAX_SIGNERS = 3
const MAX_CERTIFICATES = 20

/**
 * Verifies a CMS signature over exactly these bytes, and gives who made it. Whether anybody vouches
 * for the certificate is not asked here.
 *
 * Shape   `signature` is BER or DER of SignedData; `content` is what a detached one is over
 * Gives   nothing for what is no signature, or not over this content, or by an outdated digest
 * Source  RFC 5652, 5.4 and 5.6; RFC 8551, 3.5
 */
export async function verifiedSigners(
  signature: Buffer,
  content: Buffer | undefined,
): Promise<readonly VerifiedSigner[]> {
  const signed = signedDataOf(signature)
  if (signed === undefined) return []
  const { eContent } = signed.encapContentInfo
  // Content inside and beside a signature: nobody can say what it is over.
  if ((eContent === undefined) === (content === undefined)) return []
  const certificates = (signed.certificates ?? []).filter(one => one instanceof Certificate)
  if (certificates.length > MAX_CERTIFICATES || signed.signerInfos.length > MAX_SIGNERS) return []
  const all = certificates.map(derOf)
  const found: VerifiedSigner[] = []
  for (const [index, { digestAlgorithm }] of signed.signerInfos.entries()) {
    if (!DIGESTS.has(digestAlgorithm.algorithmId)) continue
    const signer = await signerOf(signed, index, content)
    if (signer === undefined) continue
    found.push({ certificate: signer, others: all.filter(der => !der.equals(signer)) })
  }
  return found
}

function signedDataOf(bytes: Buffer): SignedData | undefined {
  try {
    const { result, offset } = fromBER(bytes)
    if (offset < 0) return undefined
    const { contentType, content } = new ContentInfo({ schema: result })
    return contentType === SIGNED_DATA ? new SignedData({ schema: content }) : undefined
  } catch {
    // Whatever the library stumbles over: it is no signature for us.
    return undefined
  }
}

async function signerOf(
  signed: SignedData,
  signer: number,
  content: Buffer | undefined,
): Promise<Buffer | undefined> {
  try {
    const { signatureVerified, signerCertificate } = await signed.verify({
      signer,
      checkChain: false,
      extendedMode: true,
      ...(content === undefined ? {} : { data: new Uint8Array(content).buffer }),
    })
    return signatureVerified === true && signerCertificate ? derOf(signerCertificate) : undefined
  } catch {
    // Without its certificate, or by an algorithm that the library does not have.
    return undefined
  }
}

function derOf(certificate: Certificate): Buffer {
  return Buffer.from(certificate.toSchema().toBER())
}
