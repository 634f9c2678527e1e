import { X509Certificate } from 'node:crypto'
import * as pkijs from 'pkijs'
import { GatewayError } from '../../errors.js'

/** RSA keys of at least so many bits; curves that pkijs and mail programs know. */
const MIN_RSA_BITS = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** keyEncipherment for RSA, keyAgreement for curves (RFC 5280, section 4.2.1.3). */
const KEY_ENCIPHERMENT = 0x20
const KEY_AGREEMENT = 0x08

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates among the recipient's keys that a message can be sealed for now.
 *
 * Shape   PEM texts; what is no certificate is passed over.
 * Throws  ERR_SEAL_KEY when none is left: out of date, too short, for signatures only.
 */
export function usableCertificates(
  keys: readonly string[],
  now: Date,
): readonly pkijs.Certificate[] {
  const usable: pkijs.Certificate[] = []
  let reason = 'no certificate is known'
  for (const pem of keys.flatMap(key => key.match(PEM) ?? [])) {
    const judged = judge(pem, now)
    if (typeof judged === 'string') reason = judged
    else usable.push(judged)
  }
  if (usable.length === 0) throw new GatewayError('ERR_SEAL_KEY', { reason })
  return usable
}

function judge(pem: string, now: Date): pkijs.Certificate | string {
  let x509: X509Certificate
  try {
    x509 = new X509Certificate(pem)
  } catch {
    return 'the certificate cannot be read'
  }
  if (now < new Date(x509.validFrom)) return 'the certificate is not valid yet'
  if (now > new Date(x509.validTo)) return 'the certificate has expired'
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey
  const isRsa = asymmetricKeyType === 'rsa'
  const isLong = (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS
  const isCurve = CURVES.has(asymmetricKeyDetails?.namedCurve ?? '')
  if (isRsa ? !isLong : asymmetricKeyType !== 'ec' || !isCurve)
    return 'the key of the certificate is too short or of another kind'
  const certificate = pkijs.Certificate.fromBER(new Uint8Array(x509.raw))
  const usage = keyUsage(certificate)
  if (usage !== undefined && (usage & (isRsa ? KEY_ENCIPHERMENT : KEY_AGREEMENT)) === 0)
    return 'the certificate is not meant for encryption'
  return certificate
}

/** First byte of the extension KeyUsage; undefined where there is none. */
function keyUsage({ extensions }: pkijs.Certificate): number | undefined {
  const found = extensions?.find(({ extnID }) => extnID === '2.5.29.15')
  const value = found?.extnValue.valueBlock.valueHexView
  // BIT STRING: tag, length, unused bits, bits.
  return value === undefined ? undefined : (value[3] ?? 0)
}
