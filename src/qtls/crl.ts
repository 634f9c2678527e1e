import { fromBER } from 'asn1js'
import { AlgorithmIdentifier, IssuingDistributionPoint, type GeneralName } from 'pkijs'
import type { CertificateFacts } from './certificate.js'
import { readSignature } from './certificate-signature.js'
import { DER, derAt, derInside, derTime, type DerElement } from './der.js'
import { verifySignature, type SignedBytes } from './verify-signature.js'

/** A revocation list, its entries left where they are. Times are epoch milliseconds. */
export interface Crl {
  readonly bytes: Buffer
  readonly signed: SignedBytes
  /** DER of the name, hex. */
  readonly issuer: string
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly entries: DerElement | undefined
  readonly scope: CrlScope
  /** It holds changes only, or what nobody here understands. */
  readonly objection: string | undefined
}

interface CrlScope {
  /** URLs of the distribution point that it is for; empty: any. */
  readonly urls: readonly string[]
  readonly users: boolean
  readonly authorities: boolean
}

/** Shortest entries have a serial and a time; more fields than this are no list. */
const MAX_EXTENSIONS = 50

/**
 * Reads a revocation list, in DER or PEM.
 *
 * Gives   undefined for what is none
 * Source  RFC 5280, 5.1
 */
export function parseCrl(source: Buffer): Crl | undefined {
  if (known.has(source)) return known.get(source)
  let crl: Crl | undefined
  try {
    crl = readList(fromPem(source))
  } catch {
    // The library reads small pieces only: names and extensions. One that it cannot read is no list.
  }
  known.set(source, crl)
  return crl
}

/** Lists that are still in memory: one is asked about many certificates. */
const known = new WeakMap<Buffer, Crl | undefined>()
/** What is wrong with the signature of a list, by the key of the authority. */
const verified = new WeakMap<Crl, Map<string, string | undefined>>()

function signatureProblem(crl: Crl, issuer: CertificateFacts): string | undefined {
  const byKey = verified.get(crl) ?? new Map<string, string | undefined>()
  verified.set(crl, byKey)
  if (!byKey.has(issuer.spki)) byKey.set(issuer.spki, verifySignature(crl.signed, issuer))
  return byKey.get(issuer.spki)
}

/** What a list says about one certificate. */
export type CrlAnswer =
  | { readonly state: 'good' }
  | { readonly state: 'revoked'; readonly revokedAt: number | undefined }
  | { readonly state: 'bad-signature' | 'unusable'; readonly detail: string }

/**
 * Asks a list about a certificate.
 *
 * Source  RFC 5280, 6.3.3; indirect lists, those for some reasons only and changes to a list are
 *         not used
 */
export function askCrl(
  crl: Crl,
  certificate: CertificateFacts,
  issuer: CertificateFacts,
): CrlAnswer {
  const unusable = (detail: string): CrlAnswer => ({ state: 'unusable', detail })
  if (crl.objection !== undefined) return unusable(crl.objection)
  if (crl.issuer !== certificate.issuer) return unusable('the list of another authority')
  if (certificate.isCa ? !crl.scope.authorities : !crl.scope.users)
    return unusable('a list for other certificates')
  const { urls } = crl.scope
  if (urls.length > 0 && !urls.some(url => certificate.crlUrls.includes(url)))
    return unusable('a list for another distribution point')
  if (issuer.keyUsage?.has('crlSign') === false)
    return { state: 'bad-signature', detail: 'the authority may not sign lists' }
  const problem = signatureProblem(crl, issuer)
  if (problem !== undefined) return { state: 'bad-signature', detail: problem }
  return findEntry(crl, certificate)
}

function readList(bytes: Buffer): Crl | undefined {
  const whole = derAt(bytes, 0, bytes.length)
  if (whole?.tag !== DER.sequence || whole.end !== bytes.length) return undefined
  const [list, algorithm, signature, ...more] = derInside(bytes, whole)
  if (list?.tag !== DER.sequence || algorithm === undefined || more.length > 0) return undefined
  if (signature?.tag !== DER.bitString || bytes[signature.content] !== 0) return undefined
  const fields = [...derInside(bytes, list)]
  if (fields.some(field => field === undefined)) return undefined
  const known = fields as DerElement[]
  if (known[0]?.tag === DER.integer) known.shift()
  const [inner, name, thisUpdate, ...rest] = known
  if (inner === undefined || name === undefined || thisUpdate === undefined) return undefined
  const isSame = (a: DerElement, b: DerElement): boolean =>
    bytes.subarray(a.start, a.end).equals(bytes.subarray(b.start, b.end))
  if (!isSame(inner, algorithm)) return undefined
  const from = derTime(bytes, thisUpdate)
  const next = isTime(rest[0]) ? rest.shift() : undefined
  const entries = rest[0]?.tag === DER.sequence ? rest.shift() : undefined
  const extensions = rest[0]?.tag === DER.context0 ? rest.shift() : undefined
  const nextUpdate = next === undefined ? undefined : derTime(bytes, next)
  if (from === undefined || (next !== undefined && nextUpdate === undefined) || rest.length > 0)
    return undefined
  const identifier = bytes.subarray(algorithm.start, algorithm.end)
  return {
    bytes,
    signed: {
      data: bytes.subarray(list.start, list.end),
      signature: bytes.subarray(signature.content + 1, signature.end),
      algorithm: readSignature(new AlgorithmIdentifier({ schema: fromBER(identifier).result })),
    },
    issuer: bytes.toString('hex', name.start, name.end),
    thisUpdate: from,
    nextUpdate,
    entries,
    ...readScope(bytes, extensions),
  }
}

const isTime = (element: DerElement | undefined): boolean =>
  element?.tag === DER.utcTime || element?.tag === DER.generalizedTime

const ISSUING_DISTRIBUTION_POINT = '551d1c'
const DELTA_INDICATOR = '551d1b'
/** Number of the list and identifier of the key; both say nothing about its scope. */
const HARMLESS = new Set(['551d14', '551d23', '551d12', '551d2e', '2b06010505070101'])

function readScope(
  bytes: Buffer,
  extensions: DerElement | undefined,
): Pick<Crl, 'scope' | 'objection'> {
  let scope: CrlScope = { urls: [], users: true, authorities: true }
  const list = extensions && derAt(bytes, extensions.content, extensions.end)
  if (list === undefined)
    return { scope, objection: extensions === undefined ? undefined : 'extensions that are none' }
  const objections: string[] = []
  let count = 0
  for (const extension of derInside(bytes, list)) {
    count += 1
    if (extension === undefined || count > MAX_EXTENSIONS) throw new RangeError('no extension')
    const [id, ...rest] = derInside(bytes, extension)
    const value = rest.at(-1)
    if (id?.tag !== DER.oid || value?.tag !== DER.octetString) throw new TypeError('no extension')
    const oid = bytes.toString('hex', id.content, id.end)
    const isCritical = rest.length > 1
    if (oid === DELTA_INDICATOR) objections.push('changes to a list only')
    else if (oid === ISSUING_DISTRIBUTION_POINT) {
      const { result } = fromBER(bytes.subarray(value.content, value.end))
      const point = new IssuingDistributionPoint({ schema: result })
      if (point.indirectCRL) objections.push('an indirect list')
      if (point.onlySomeReasons !== undefined) objections.push('a list for some reasons only')
      if (point.onlyContainsAttributeCerts) objections.push('a list of attribute certificates')
      scope = scopeOf(point)
    } else if (isCritical && !HARMLESS.has(oid)) objections.push('a critical extension')
  }
  return { scope, objection: objections[0] }
}

function scopeOf(point: IssuingDistributionPoint): CrlScope {
  const names: readonly unknown[] = Array.isArray(point.distributionPoint)
    ? point.distributionPoint
    : []
  return {
    urls: names.flatMap(name => {
      const { type, value } = name as GeneralName
      return type === 6 ? [String(value)] : []
    }),
    users: !point.onlyContainsCACerts,
    authorities: !point.onlyContainsUserCerts,
  }
}

/** Walks the entries: serial, time, perhaps extensions. */
function findEntry({ bytes, entries }: Crl, certificate: CertificateFacts): CrlAnswer {
  if (entries === undefined) return { state: 'good' }
  const wanted = Buffer.from(certificate.serial, 'hex')
  for (let at = entries.content; at < entries.end;) {
    const entry = derAt(bytes, at, entries.end)
    const serial = entry && derAt(bytes, entry.content, entry.end)
    if (entry?.tag !== DER.sequence || serial?.tag !== DER.integer)
      return { state: 'unusable', detail: 'an entry that is none' }
    if (isNumber(bytes, serial, wanted)) {
      const time = derAt(bytes, serial.end, entry.end)
      return { state: 'revoked', revokedAt: time && derTime(bytes, time) }
    }
    at = entry.end
  }
  return { state: 'good' }
}

/** Whether an INTEGER is that number, with or without a zero in front for the sign. */
function isNumber(bytes: Buffer, { content, end }: DerElement, wanted: Buffer): boolean {
  let start = content
  while (end - start > wanted.length && bytes[start] === 0) start += 1
  if (end - start !== wanted.length) return false
  return bytes.compare(wanted, 0, wanted.length, start, end) === 0
}

const PEM = '-----BEGIN X509 CRL-----'

function fromPem(source: Buffer): Buffer {
  if (source.subarray(0, 1000).indexOf(PEM) < 0) return source
  const start = source.indexOf(PEM) + PEM.length
  const end = source.indexOf('-----END', start)
  if (end < 0) return Buffer.alloc(0)
  return Buffer.from(source.toString('latin1', start, end), 'base64')
}
