import 'reflect-metadata'
import { createHash, KeyObject, sign, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import {
  Constructed,
  Enumerated,
  GeneralizedTime,
  Integer,
  Null,
  OctetString,
  Primitive,
} from 'asn1js'
import {
  AlgorithmIdentifier,
  BasicOCSPResponse,
  Certificate,
  CertID,
  OCSPResponse,
  ResponseBytes,
  SingleResponse,
} from 'pkijs'
import { parseCertificate, type CertificateFacts } from '../../src/qtls/certificate.js'
import { KEY_KINDS, NOW, type Issued } from './tls-certificates.js'

const HOUR = 3_600_000

export const factsOf = ({ der }: Issued): CertificateFacts => {
  const facts = parseCertificate(der)
  if (facts === undefined) throw new Error('the certificate cannot be read')
  return facts
}

export interface CrlWish {
  readonly revoked?: readonly Issued[]
  readonly thisUpdate?: number
  readonly nextUpdate?: number
  readonly extensions?: readonly x509.Extension[]
  /** Signs in place of the authority. */
  readonly signer?: Issued
}

/** A revocation list of an authority, DER. */
export async function crlOf(issuer: Issued, wish: CrlWish = {}): Promise<Buffer> {
  const signer = wish.signer ?? issuer
  const crl = await x509.X509CrlGenerator.create(
    {
      issuer: `CN=${issuer.name}`,
      thisUpdate: new Date(wish.thisUpdate ?? NOW - HOUR),
      nextUpdate: new Date(wish.nextUpdate ?? NOW + 48 * HOUR),
      signingAlgorithm: KEY_KINDS[signer.kind] as never,
      signingKey: signer.keys.privateKey as never,
      extensions: [...(wish.extensions ?? [])],
      entries: (wish.revoked ?? []).map(({ serial }) => ({
        serialNumber: serial,
        revocationDate: new Date(NOW - 24 * HOUR),
        reason: x509.X509CrlReason.keyCompromise,
      })),
    },
    webcrypto,
  )
  return Buffer.from(crl.rawData)
}

/** A list of so many others, with some at its end: by hand, since libraries build every entry. */
export async function longCrl(
  issuer: Issued,
  others: number,
  revoked: readonly Issued[] = [],
): Promise<Buffer> {
  const time = Buffer.from('170d3236313133303030303030305a', 'hex')
  const later = Buffer.from('170d3236313230333030303030305a', 'hex')
  const serials = [
    ...Array.from({ length: others }, (_, at) => `02${at.toString(16).padStart(34, '0')}`),
    ...revoked.map(({ serial }) => serial),
  ]
  const entries = serials.map(serial => derOf(0x30, derOf(0x02, Buffer.from(serial, 'hex')), time))
  const algorithm = Buffer.from('300a06082a8648ce3d040302', 'hex')
  const name = Buffer.from(factsOf(issuer).subject, 'hex')
  const version = Buffer.from([2, 1, 1])
  const tbs = derOf(
    0x30,
    version,
    algorithm,
    name,
    time,
    later,
    derOf(0x30, Buffer.concat(entries)),
  )
  const key = KeyObject.from(issuer.keys.privateKey)
  const signature = sign('sha256', tbs, key)
  return derOf(0x30, tbs, algorithm, derOf(0x03, Buffer.from([0]), signature))
}

function derOf(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const size = length.toString(16)
  const head =
    length < 0x80
      ? Buffer.from([tag, length])
      : Buffer.concat([
          Buffer.from([tag, 0x80 | Math.ceil(size.length / 2)]),
          Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex'),
        ])
  return Buffer.concat([head, ...parts])
}

export interface OcspWish {
  readonly state?: 'good' | 'revoked' | 'unknown'
  readonly thisUpdate?: number
  readonly nextUpdate?: number | undefined
  /** Signs in place of the authority; its certificate comes along. */
  readonly signer?: Issued
  /** Who signs, named by the key in place of the name. */
  readonly byKey?: boolean
  readonly hash?: 'sha1' | 'sha256'
  readonly responseStatus?: number
}

const OIDS = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' }

/** What an OCSP responder answers about a certificate, DER. */
export async function ocspOf(about: Issued, issuer: Issued, wish: OcspWish = {}): Promise<Buffer> {
  const { state = 'good', hash = 'sha1', responseStatus = 0 } = wish
  if (responseStatus !== 0) return Buffer.from([0x30, 3, 0x0a, 1, responseStatus])
  const signer = wish.signer ?? issuer
  const authority = Certificate.fromBER(issuer.der)
  const signing = Certificate.fromBER(signer.der)
  const digest = (bytes: Uint8Array): Buffer => createHash(hash).update(bytes).digest()
  const basic = new BasicOCSPResponse()
  basic.tbsResponseData.responderID = wish.byKey
    ? new OctetString({ valueHex: createHash('sha1').update(keyBits(signing)).digest() })
    : signing.subject
  basic.tbsResponseData.producedAt = new Date(NOW)
  const single = new SingleResponse({
    certID: new CertID({
      hashAlgorithm: new AlgorithmIdentifier({
        algorithmId: OIDS[hash],
        algorithmParams: new Null(),
      }),
      issuerNameHash: new OctetString({
        valueHex: digest(new Uint8Array(authority.subject.toSchema().toBER())),
      }),
      issuerKeyHash: new OctetString({ valueHex: digest(keyBits(authority)) }),
      serialNumber: new Integer({ valueHex: Buffer.from(about.serial, 'hex') }),
    }),
    thisUpdate: new Date(wish.thisUpdate ?? NOW - HOUR),
  })
  single.certStatus = statusOf(state)
  const nextUpdate = 'nextUpdate' in wish ? wish.nextUpdate : NOW + 24 * HOUR
  if (nextUpdate !== undefined) single.nextUpdate = new Date(nextUpdate)
  basic.tbsResponseData.responses.push(single)
  if (signer !== issuer) basic.certs = [signing]
  await basic.sign(signer.keys.privateKey, 'SHA-256')
  const response = new OCSPResponse({
    responseStatus: new Enumerated({ value: 0 }),
    responseBytes: new ResponseBytes({
      responseType: '1.3.6.1.5.5.7.48.1.1',
      response: new OctetString({ valueHex: basic.toSchema().toBER() }),
    }),
  })
  return Buffer.from(response.toSchema().toBER())
}

const keyBits = ({ subjectPublicKeyInfo }: Certificate): Uint8Array =>
  subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView

function statusOf(state: 'good' | 'revoked' | 'unknown') {
  const tagNumber = { good: 0, revoked: 1, unknown: 2 }[state]
  const idBlock = { tagClass: 3, tagNumber }
  if (state !== 'revoked') return new Primitive({ idBlock, lenBlock: { length: 0 } })
  const value = [new GeneralizedTime({ valueDate: new Date(NOW - 24 * HOUR) })]
  return new Constructed({ idBlock, value })
}
