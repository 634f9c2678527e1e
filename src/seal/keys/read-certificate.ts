import { createHash, X509Certificate } from 'node:crypto'
import { fromBER } from 'asn1js'
import { AltName, BasicConstraints, Certificate, ExtKeyUsage, type Extension } from 'pkijs'
import { keyAddress } from './key-address.js'
import { keyRefused } from './key-refused.js'
import { keyText } from './key-text.js'
import { MAX_ADDRESSES, MAX_KEY_BYTES, type RecipientKey } from './recipient-key.js'

/** A certificate, and whether it belongs to an authority rather than to a recipient. */
export interface ReadCertificate {
  readonly key: RecipientKey
  readonly isAuthority: boolean
}

/**
 * Reads a certificate as that of a recipient.
 *
 * Shape   DER, the certificate and nothing behind it
 * Throws  ERR_SEAL_KEY_INPUT for what is none
 * Source  RFC 5280, 4.1; RFC 8550, 3 (addresses) and 4.4 (what it may be used for)
 */
export function readCertificate(der: Buffer): ReadCertificate {
  if (der.length > MAX_KEY_BYTES)
    throw keyRefused(`the certificate is larger than ${MAX_KEY_BYTES} bytes`)
  try {
    return parse(der)
  } catch (thrown) {
    throw keyRefused('it is not a certificate that can be read', thrown)
  }
}

function parse(der: Buffer): ReadCertificate {
  const x509 = new X509Certificate(der)
  if (!x509.raw.equals(der)) throw new TypeError('bytes behind the certificate')
  const { result, offset } = fromBER(der)
  if (offset !== der.length) throw new TypeError('not DER')
  const certificate = new Certificate({ schema: result })
  const extensions = byId(certificate.extensions ?? [])
  const { algorithm, rsaBits, unfit } = publicKeyOf(x509)
  const isAuthority = constraintsOf(extensions)?.cA === true
  return {
    isAuthority,
    key: Object.freeze({
      system: 'smime',
      bytes: Buffer.from(der),
      fingerprint: createHash('sha256').update(der).digest('hex'),
      addresses: addressesOf(certificate, extensions),
      subject: keyText(x509.subject ?? ''),
      issuer: keyText(x509.issuer ?? ''),
      algorithm,
      rsaBits,
      notBefore: timeOf(certificate.notBefore.value),
      notAfter: timeOf(certificate.notAfter.value),
      unfit: isAuthority
        ? 'it is the certificate of an authority'
        : (unfit ?? wrongUse(extensions, rsaBits === undefined)),
    }),
  }
}

const ID = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extKeyUsage: '2.5.29.37',
  emailAddress: '1.2.840.113549.1.9.1',
  /** RFC 9598: a mailbox that is not ASCII. */
  smtpUtf8Mailbox: '1.3.6.1.5.5.7.8.9',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  anyExtendedKeyUsage: '2.5.29.37.0',
} as const

function byId(extensions: readonly Extension[]): ReadonlyMap<string, Extension> {
  const map = new Map(extensions.map(one => [one.extnID, one]))
  if (map.size !== extensions.length) throw new TypeError('an extension stands there twice')
  return map
}

function schemaOf({ extnValue }: Extension): unknown {
  const bytes = extnValue.valueBlock.valueHexView
  const { result, offset } = fromBER(bytes)
  if (offset !== bytes.length) throw new TypeError('an extension is not DER')
  return result
}

function constraintsOf(extensions: ReadonlyMap<string, Extension>): BasicConstraints | undefined {
  const extension = extensions.get(ID.basicConstraints)
  return extension && new BasicConstraints({ schema: schemaOf(extension) })
}

function timeOf(date: Date): number {
  const time = date.getTime()
  if (!Number.isSafeInteger(time)) throw new TypeError('a time that is none')
  return time
}

interface PublicKeyFacts {
  readonly algorithm: string
  readonly rsaBits: number | undefined
  readonly unfit: string | undefined
}

/** Curves that letters are encrypted with (RFC 5753, RFC 8551); others are refused by name. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

function publicKeyOf({ publicKey }: X509Certificate): PublicKeyFacts {
  const type = publicKey.asymmetricKeyType ?? 'unknown'
  const { modulusLength = 0, namedCurve = 'without a name' } = publicKey.asymmetricKeyDetails ?? {}
  if (type === 'rsa')
    return { algorithm: `RSA ${modulusLength}`, rsaBits: modulusLength, unfit: undefined }
  if (type === 'ec') {
    const curve = CURVES[namedCurve]
    const unfit = curve === undefined ? `its curve (${namedCurve}) is not one we use` : undefined
    return { algorithm: `EC ${curve ?? namedCurve}`, rsaBits: undefined, unfit }
  }
  const canOnlySign = ['rsa-pss', 'dsa', 'ed25519', 'ed448'].includes(type)
  return {
    algorithm: type.toUpperCase(),
    rsaBits: undefined,
    unfit: canOnlySign ? 'its key can only sign' : 'the kind of its key is not one we use',
  }
}

/** Bits from the left of the first byte (RFC 5280, 4.2.1.3). */
const KEY_ENCIPHERMENT = 0x20
const KEY_AGREEMENT = 0x08

function wrongUse(extensions: ReadonlyMap<string, Extension>, agrees: boolean): string | undefined {
  const usage = extensions.get(ID.keyUsage)
  // Without the extension, it may be used for anything.
  if (usage !== undefined) {
    const wanted = agrees ? KEY_AGREEMENT : KEY_ENCIPHERMENT
    if ((usageBits(usage) & wanted) === 0)
      return `its key usage does not name ${agrees ? 'keyAgreement' : 'keyEncipherment'}`
  }
  const extended = extensions.get(ID.extKeyUsage)
  if (extended === undefined) return undefined
  const { keyPurposes } = new ExtKeyUsage({ schema: schemaOf(extended) })
  const isForMail =
    keyPurposes.includes(ID.emailProtection) || keyPurposes.includes(ID.anyExtendedKeyUsage)
  return isForMail ? undefined : 'its extended key usage does not name emailProtection'
}

function usageBits({ extnValue }: Extension): number {
  // BIT STRING: tag, length, unused bits, then the bits.
  const bytes = extnValue.valueBlock.valueHexView
  const [tag, length, , bits = 0] = bytes
  if (tag !== 0x03 || length !== bytes.length - 2) throw new TypeError('a key usage is not DER')
  return bits
}

/** Those of the alternative name, and of the subject, where old certificates have them. */
function addressesOf(
  certificate: Certificate,
  extensions: ReadonlyMap<string, Extension>,
): readonly string[] {
  const extension = extensions.get(ID.subjectAltName)
  const names = extension ? new AltName({ schema: schemaOf(extension) }).altNames : []
  const texts = names.flatMap(({ type, value }) => {
    if (type === 1) return [String(value)]
    return type === 0 ? utf8Mailbox(value as OtherName) : []
  })
  for (const { type, value } of certificate.subject.typesAndValues)
    if (type === ID.emailAddress) texts.push(value.valueBlock.value)
  const found = texts.slice(0, MAX_ADDRESSES).flatMap(text => keyAddress(text) ?? [])
  return Object.freeze([...new Set(found)])
}

/** `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }` */
interface OtherName {
  readonly valueBlock?: { readonly value?: readonly unknown[] }
}

function utf8Mailbox(name: OtherName): readonly string[] {
  const [id, value] = (name.valueBlock?.value ?? []) as readonly {
    readonly valueBlock: { toString(): string; readonly value?: readonly unknown[] }
  }[]
  if (id?.valueBlock.toString() !== ID.smtpUtf8Mailbox) return []
  const [text] = (value?.valueBlock.value ?? []) as readonly {
    readonly valueBlock: { readonly value?: unknown }
  }[]
  return typeof text?.valueBlock.value === 'string' ? [text.valueBlock.value] : []
}
