import { createHash } from 'node:crypto'
import { fromBER, Integer, Null, OctetString, type BaseBlock } from 'asn1js'
import {
  AlgorithmIdentifier,
  BasicOCSPResponse,
  CertID,
  OCSPRequest,
  OCSPResponse,
  RelativeDistinguishedNames,
  Request,
  TBSRequest,
  type SingleResponse,
} from 'pkijs'
import { parseCertificate, type CertificateFacts } from './certificate.js'
import { readSignature } from './certificate-signature.js'
import { isSignedBy } from './chain-trust.js'
import { verifySignature } from './verify-signature.js'

/** What an OCSP responder says about one certificate. Times are epoch milliseconds. */
export type OcspAnswer = OcspStatus | NoOcspStatus

export interface OcspStatus {
  readonly state: 'good' | 'revoked' | 'unknown'
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly revokedAt: number | undefined
}

export interface NoOcspStatus {
  readonly state: 'bad-signature' | 'unusable'
  readonly detail: string
}

/** Largest answer that is read, in bytes: an honest one is one or two KB, with certificates ten. */
export const MAX_OCSP = 64 * 1024

const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const SHA1 = '1.3.14.3.2.26'
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const MAX_CERTIFICATES = 5
const MAX_RESPONSES = 100

/**
 * The question about one certificate. SHA-1 only identifies the authority here; some responders know
 * nothing else. No nonce: answers are made ahead, and each has its own time.
 *
 * Source  RFC 6960, 4.1; RFC 5019, 2.1
 */
export function ocspRequest(certificate: CertificateFacts, issuer: CertificateFacts): Buffer {
  const { nameHash, keyHash } = hashesOf(issuer, 'sha1')
  const reqCert = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA1, algorithmParams: new Null() }),
    issuerNameHash: new OctetString({ valueHex: nameHash }),
    issuerKeyHash: new OctetString({ valueHex: keyHash }),
    serialNumber: new Integer({ valueHex: serialBytes(certificate) }),
  })
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert })] })
  return Buffer.from(new OCSPRequest({ tbsRequest }).toSchema(true).toBER())
}

/**
 * Reads an answer and checks who signed it: the authority itself, or somebody to whom it gave a
 * certificate for that.
 *
 * Shape   `now` in epoch milliseconds, for the certificate of the responder
 * Source  RFC 6960, 3.2 and 4.2.2.2; whether that certificate is revoked is not asked
 */
export function readOcsp(
  der: Buffer,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  now: number,
): OcspAnswer {
  if (der.length > MAX_OCSP) return { state: 'unusable', detail: 'an answer that is too large' }
  try {
    return readAnswer(der, certificate, issuer, now)
  } catch {
    return { state: 'unusable', detail: 'an answer that cannot be read' }
  }
}

function readAnswer(
  der: Buffer,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  now: number,
): OcspAnswer {
  const unusable = (detail: string): OcspAnswer => ({ state: 'unusable', detail })
  const { result, offset } = fromBER(der)
  if (offset !== der.length) return unusable('an answer that cannot be read')
  const response = new OCSPResponse({ schema: result })
  const status = response.responseStatus.valueBlock.valueDec
  if (status !== 0) return unusable(STATUS[status] ?? `status ${status}`)
  const bytes = response.responseBytes?.response.valueBlock.valueHexView
  if (bytes === undefined) return unusable('an answer without content')
  const inner = fromBER(bytes)
  if (inner.offset !== bytes.length) return unusable('an answer that cannot be read')
  const basic = new BasicOCSPResponse({ schema: inner.result })
  const { responses } = basic.tbsResponseData
  if (responses.length > MAX_RESPONSES) return unusable('more answers than questions')
  const own = responses.find(({ certID }) => isAbout(certID, certificate, issuer))
  if (own === undefined) return unusable('an answer about something else')
  const problem = signerProblem(basic, issuer, now)
  if (problem !== undefined) return { state: 'bad-signature', detail: problem }
  return statusOf(own)
}

/** RFC 6960, 4.2.1. */
const STATUS: Readonly<Record<number, string>> = {
  1: 'the responder did not understand the question',
  2: 'the responder is in trouble',
  3: 'the responder wants us to try later',
  5: 'the responder wants a signed question',
  6: 'the responder does not answer us',
}

function statusOf({ certStatus, thisUpdate, nextUpdate }: SingleResponse): OcspAnswer {
  const block = certStatus as BaseBlock & {
    idBlock: { tagClass: number; tagNumber: number }
    valueBlock: { value?: readonly { toDate?: () => Date }[] }
  }
  if (block.idBlock.tagClass !== 3) return { state: 'unusable', detail: 'no status' }
  const state = ([undefined, 'revoked', 'unknown'] as const)[block.idBlock.tagNumber]
  if (block.idBlock.tagNumber > 2) return { state: 'unusable', detail: 'no status' }
  const revoked = state === 'revoked' ? block.valueBlock.value?.[0]?.toDate?.() : undefined
  return {
    state: state ?? 'good',
    thisUpdate: thisUpdate.getTime(),
    nextUpdate: nextUpdate?.getTime(),
    revokedAt: revoked?.getTime(),
  }
}

/** The identifier that the responder made, by whatever hash it took. */
function isAbout(id: CertID, certificate: CertificateFacts, issuer: CertificateFacts): boolean {
  const hash = HASHES[id.hashAlgorithm.algorithmId]
  if (hash === undefined) return false
  const { nameHash, keyHash } = hashesOf(issuer, hash)
  const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b)
  return (
    isSame(id.issuerNameHash.valueBlock.valueHexView, nameHash) &&
    isSame(id.issuerKeyHash.valueBlock.valueHexView, keyHash) &&
    withoutSign(Buffer.from(id.serialNumber.valueBlock.valueHexView)).equals(
      withoutSign(serialBytes(certificate)),
    )
  )
}

function hashesOf(issuer: CertificateFacts, hash: string): { nameHash: Buffer; keyHash: Buffer } {
  const of = (bytes: Buffer): Buffer => createHash(hash).update(bytes).digest()
  return { nameHash: of(Buffer.from(issuer.subject, 'hex')), keyHash: of(keyBits(issuer)) }
}

/** The key without its algorithm: content of the BIT STRING (RFC 6960, 4.1.1). */
function keyBits({ x509 }: CertificateFacts): Buffer {
  const spki = x509.publicKey.export({ type: 'spki', format: 'der' })
  const { result } = fromBER(spki)
  const [, bits] = (result as BaseBlock & { valueBlock: { value: readonly unknown[] } }).valueBlock
    .value as readonly { valueBlock: { valueHexView: Uint8Array } }[]
  return Buffer.from(bits?.valueBlock.valueHexView ?? [])
}

/** As an INTEGER: a zero in front where the first bit would be a sign. */
function serialBytes({ serial }: CertificateFacts): Buffer {
  const bytes = Buffer.from(serial, 'hex')
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes])
}

function withoutSign(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  return bytes.subarray(start)
}

function signerProblem(
  basic: BasicOCSPResponse,
  issuer: CertificateFacts,
  now: number,
): string | undefined {
  const signed = {
    data: Buffer.from(basic.tbsResponseData.tbsView),
    signature: Buffer.from(basic.signature.valueBlock.valueHexView),
    algorithm: readSignature(basic.signatureAlgorithm),
  }
  const isNamed = (one: CertificateFacts): boolean => isResponder(basic, one)
  if (isNamed(issuer)) return verifySignature(signed, issuer)
  const sent = (basic.certs ?? []).slice(0, MAX_CERTIFICATES).flatMap(certificate => {
    const facts = parseCertificate(Buffer.from(certificate.toSchema(true).toBER()))
    return facts === undefined ? [] : [facts]
  })
  const delegate = sent.find(isNamed)
  if (delegate === undefined) return 'nobody knows who signed it'
  if (delegate.extendedKeyUsage?.includes(OCSP_SIGNING) !== true)
    return 'the signer may not answer for the authority'
  if (delegate.issuer !== issuer.subject || !isSignedBy(delegate, issuer))
    return 'the signer is not of that authority'
  if (now < delegate.notBefore || now > delegate.notAfter)
    return 'the certificate of the signer is not valid now'
  return verifySignature(signed, delegate)
}

/** By name, or by SHA-1 of the key (RFC 6960, 4.2.1). */
function isResponder({ tbsResponseData }: BasicOCSPResponse, one: CertificateFacts): boolean {
  const id: unknown = tbsResponseData.responderID
  if (id instanceof RelativeDistinguishedNames)
    return Buffer.from(id.toSchema().toBER()).toString('hex') === one.subject
  if (!(id instanceof OctetString)) return false
  const hash = createHash('sha1').update(keyBits(one)).digest()
  return Buffer.from(id.valueBlock.valueHexView).equals(hash)
}
