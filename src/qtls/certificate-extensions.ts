import { fromBER } from 'asn1js'
import {
  AltName,
  BasicConstraints,
  CRLDistributionPoints,
  ExtKeyUsage,
  InfoAccess,
  NameConstraints,
  type Extension,
  type GeneralName,
} from 'pkijs'

/** What a certificate says about its use. */
export interface CertificateExtensions {
  readonly dnsNames: readonly string[]
  /** Numbers of the kinds of other names: 1 mail, 4 directory, 6 URI, 7 address (RFC 5280, 4.2.1.6). */
  readonly otherNames: readonly number[]
  readonly isCa: boolean
  readonly pathLength: number | undefined
  /** Undefined: no such extension, everything is allowed. */
  readonly keyUsage: ReadonlySet<KeyUse> | undefined
  /** OIDs; undefined: no such extension. */
  readonly extendedKeyUsage: readonly string[] | undefined
  readonly nameConstraints: NameRules | undefined
  /** Of distribution points that cover all reasons and are signed by the issuer itself. */
  readonly crlUrls: readonly string[]
  readonly ocspUrls: readonly string[]
  /** Whoever issued it says that the key of this OCSP responder need not be checked. */
  readonly hasNoCheck: boolean
  /** OIDs of critical extensions that nobody here knows. */
  readonly unknownCritical: readonly string[]
}

export type KeyUse =
  'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | 'certSign' | 'crlSign'

export interface NameRules {
  readonly permitted: readonly NameRule[]
  readonly excluded: readonly NameRule[]
}

/** `value`: a DNS name in lower case, or the bytes of another kind of name. */
export interface NameRule {
  readonly kind: number
  readonly value: string
}

/** URLs of one kind that are kept; a certificate names one or two. */
const MAX_URLS = 5
/** Longest URL that is kept. */
const MAX_URL = 1000
/** Names that are kept; large providers have hundreds in one certificate. */
const MAX_NAMES = 2000

/**
 * Reads the extensions of a certificate.
 *
 * Throws  whatever the library throws for an extension that is not what it should be, and for one
 *         that stands there twice; no such certificate may count
 * Source  RFC 5280, 4.2
 */
export function readExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const byId = new Map<string, Extension>()
  for (const extension of extensions) {
    if (byId.has(extension.extnID)) throw new TypeError('an extension stands there twice')
    byId.set(extension.extnID, extension)
  }
  const read = <T>(id: string, type: new (parameters: { schema: unknown }) => T): T | undefined => {
    const extension = byId.get(id)
    return extension === undefined ? undefined : new type({ schema: schemaOf(extension) })
  }
  const names = read(ID.subjectAltName, AltName)?.altNames ?? []
  if (names.length > MAX_NAMES) throw new RangeError('more names than are looked at')
  const constraints = read(ID.basicConstraints, BasicConstraints)
  const access = read(ID.authorityInfoAccess, InfoAccess)?.accessDescriptions ?? []
  const usage = byId.get(ID.keyUsage)
  return {
    dnsNames: names.filter(isDns).map(name => String(name.value).toLowerCase()),
    otherNames: [...new Set(names.filter(name => !isDns(name)).map(({ type }) => type))],
    isCa: constraints?.cA === true,
    pathLength: pathLength(constraints),
    keyUsage: usage === undefined ? undefined : keyUsage(usage),
    extendedKeyUsage: read(ID.extKeyUsage, ExtKeyUsage)?.keyPurposes,
    nameConstraints: nameRules(read(ID.nameConstraints, NameConstraints)),
    crlUrls: crlUrls(read(ID.crlDistributionPoints, CRLDistributionPoints)),
    ocspUrls: access
      .filter(({ accessMethod }) => accessMethod === ID.ocsp)
      .flatMap(({ accessLocation }) => httpUrl(accessLocation))
      .slice(0, MAX_URLS),
    hasNoCheck: byId.has(ID.ocspNoCheck),
    unknownCritical: [...byId.values()]
      .filter(({ critical, extnID }) => critical && !UNDERSTOOD.has(extnID))
      .map(({ extnID }) => extnID)
      .slice(0, MAX_URLS),
  }
}

const ID = {
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extKeyUsage: '2.5.29.37',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocsp: '1.3.6.1.5.5.7.48.1',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Those above, policies and their constraints, which OpenSSL takes note of without a policy set. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...Object.values(ID),
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.54',
])

function schemaOf(extension: Extension): unknown {
  const bytes = extension.extnValue.valueBlock.valueHexView
  const { result, offset } = fromBER(bytes)
  if (offset !== bytes.length) throw new TypeError('an extension is not DER')
  return result
}

const isDns = ({ type }: GeneralName): boolean => type === 2

function pathLength(constraints: BasicConstraints | undefined): number | undefined {
  const length = constraints?.pathLenConstraint
  if (length === undefined) return undefined
  return typeof length === 'number' ? length : length.valueBlock.valueDec
}

/** Bits from the left of the first byte (RFC 5280, 4.2.1.3). */
const KEY_USES: readonly (readonly [number, KeyUse])[] = [
  [0x80, 'digitalSignature'],
  [0x20, 'keyEncipherment'],
  [0x08, 'keyAgreement'],
  [0x04, 'certSign'],
  [0x02, 'crlSign'],
]

function keyUsage(extension: Extension): ReadonlySet<KeyUse> {
  const bytes = extension.extnValue.valueBlock.valueHexView
  // BIT STRING: tag, length, unused bits, then the bits.
  const [tag, length, , bits = 0] = bytes
  if (tag !== 0x03 || length !== bytes.length - 2) throw new TypeError('a key usage is not DER')
  return new Set(KEY_USES.flatMap(([bit, use]) => ((bits & bit) === 0 ? [] : [use])))
}

function nameRules(constraints: NameConstraints | undefined): NameRules | undefined {
  if (constraints === undefined) return undefined
  const rules = (subtrees: NameConstraints['permittedSubtrees']): NameRule[] =>
    (subtrees ?? []).slice(0, MAX_NAMES).map(({ base }) => ({
      kind: base.type,
      value: isDns(base) ? String(base.value).toLowerCase() : bytesOf(base).toString('hex'),
    }))
  return {
    permitted: rules(constraints.permittedSubtrees),
    excluded: rules(constraints.excludedSubtrees),
  }
}

/** The library's types leave it open that a name is a choice not yet made; one that was read is not. */
function bytesOf(name: GeneralName): Buffer {
  const schema = name.toSchema() as { toBER?: () => ArrayBuffer }
  if (schema.toBER === undefined) throw new TypeError('a name cannot be written')
  return Buffer.from(schema.toBER())
}

function crlUrls(points: CRLDistributionPoints | undefined): readonly string[] {
  return (points?.distributionPoints ?? [])
    .filter(({ reasons, cRLIssuer }) => reasons === undefined && cRLIssuer === undefined)
    .flatMap(({ distributionPoint }) => {
      const names: readonly unknown[] = Array.isArray(distributionPoint) ? distributionPoint : []
      return names.flatMap(name => httpUrl(name as GeneralName))
    })
    .slice(0, MAX_URLS)
}

/** Only http and https: LDAP and files are nothing that is fetched. */
function httpUrl({ type, value }: GeneralName): readonly string[] {
  const text = type === 6 ? String(value) : ''
  const isPlain = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && text.length <= MAX_URL
  return isPlain && URL.canParse(text) ? [text] : []
}
