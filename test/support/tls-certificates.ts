import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** Kinds of keys and signatures that certificates of tests have. */
export const KEY_KINDS = {
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  ed25519: { name: 'Ed25519' },
  rsa1024: rsa('RSASSA-PKCS1-v1_5', 1024, 'SHA-256'),
  rsa2048: rsa('RSASSA-PKCS1-v1_5', 2048, 'SHA-256'),
  rsaSha1: rsa('RSASSA-PKCS1-v1_5', 2048, 'SHA-1'),
  rsaPss: { ...rsa('RSA-PSS', 2048, 'SHA-256'), saltLength: 32 },
} as const
export type KeyKind = keyof typeof KEY_KINDS

function rsa(name: string, modulusLength: number, hash: string) {
  return { name, modulusLength, hash, publicExponent: new Uint8Array([1, 0, 1]) }
}

export type KeyPair = webcrypto.CryptoKeyPair

const keys = new Map<string, Promise<KeyPair>>()

/** One key of a kind for each use: making them is what takes time. */
export async function keyPair(kind: KeyKind, use = 'any'): Promise<KeyPair> {
  const id = `${kind} ${use}`
  const known = keys.get(id) ?? newKey(kind)
  keys.set(id, known)
  return known
}

const newKey = async (kind: KeyKind): Promise<KeyPair> =>
  (await webcrypto.subtle.generateKey(KEY_KINDS[kind], true, ['sign', 'verify'])) as KeyPair

export interface Wanted {
  readonly name: string
  readonly kind?: KeyKind
  /** Which key of the kind; by default one for each name. */
  readonly use?: string
  readonly dns?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly isCa?: boolean
  readonly pathLength?: number
  readonly extendedKeyUsage?: readonly string[]
  readonly keyUsage?: number
  readonly crl?: string | undefined
  readonly ocsp?: string | undefined
  readonly serial?: string
  readonly more?: readonly x509.Extension[]
}

export interface Issued {
  readonly der: Buffer
  readonly base64: string
  readonly pem: string
  readonly keys: KeyPair
  readonly name: string
  readonly kind: KeyKind
  readonly serial: string
}

export const FROM = '2026-01-01T00:00:00Z'
export const TO = '2027-06-01T00:00:00Z'
/** A time at which what the tests make is valid. */
export const NOW = Date.parse('2026-11-30T12:00:00Z')

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

/** A certificate of `issuer`, or one that signed itself. */
export async function certificate(wanted: Wanted, issuer?: Issued): Promise<Issued> {
  const { name, kind = 'p256', isCa = false, serial = serialOf(name) } = wanted
  const own = await keyPair(kind, wanted.use ?? name)
  const signer = issuer?.keys ?? own
  const signedBy = KEY_KINDS[issuer?.kind ?? kind]
  const made = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial,
      subject: `CN=${name}`,
      issuer: `CN=${issuer?.name ?? name}`,
      notBefore: new Date(wanted.from ?? FROM),
      notAfter: new Date(wanted.to ?? TO),
      signingAlgorithm: signedBy as never,
      publicKey: own.publicKey as never,
      signingKey: signer.privateKey as never,
      extensions: extensionsOf(wanted, isCa),
    },
    webcrypto,
  )
  const der = Buffer.from(made.rawData)
  const base64 = der.toString('base64')
  return { der, base64, pem: made.toString('pem'), keys: own, name, kind, serial }
}

function extensionsOf(wanted: Wanted, isCa: boolean): x509.Extension[] {
  const { dns, crl, ocsp } = wanted
  const { cRLSign, digitalSignature, keyCertSign } = x509.KeyUsageFlags
  const usage = isCa ? keyCertSign | cRLSign : digitalSignature
  return [
    new x509.BasicConstraintsExtension(isCa, wanted.pathLength, true),
    new x509.KeyUsagesExtension(wanted.keyUsage ?? usage, true),
    ...(isCa && wanted.extendedKeyUsage === undefined
      ? []
      : [new x509.ExtendedKeyUsageExtension([...(wanted.extendedKeyUsage ?? [SERVER_AUTH])])]),
    ...(dns === undefined
      ? []
      : [
          new x509.SubjectAlternativeNameExtension(
            dns.map(value => ({ type: 'dns' as const, value })),
          ),
        ]),
    ...(crl === undefined ? [] : [new x509.CRLDistributionPointsExtension([crl])]),
    ...(ocsp === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ ocsp })]),
    ...(wanted.more ?? []),
  ]
}

const serialOf = (name: string): string =>
  `01${createHash('sha256').update(name).digest('hex').slice(0, 16)}`

/** A root, an authority below it, and a server's certificate below that. */
export interface Pki {
  readonly root: Issued
  readonly authority: Issued
  readonly leaf: Issued
}

export const CRL_URL = 'http://crl.test.example/a.crl'
export const OCSP_URL = 'http://ocsp.test.example/'

export async function pki(
  leaf: Partial<Wanted> = {},
  authority: Partial<Wanted> = {},
): Promise<Pki> {
  const root = await certificate({ name: 'Test Root', isCa: true })
  const middle = await certificate(
    { name: 'Test Authority', isCa: true, crl: CRL_URL, ...authority },
    root,
  )
  const name = leaf.name ?? 'mx1.example.com'
  const server = await certificate(
    { name, dns: [name], crl: CRL_URL, ocsp: OCSP_URL, ...leaf },
    middle,
  )
  return { root, authority: middle, leaf: server }
}
