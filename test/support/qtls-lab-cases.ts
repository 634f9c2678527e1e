import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { CertificateWish } from './qtls-authority.js'
import type { Manner } from '../../sandbox/scripted-receiver.js'

/** One of the cases that the prober and Postfix are to agree on. */
export interface LabCase {
  /** First label of the domain; below `test` unless `zone` says otherwise. */
  readonly name: string
  readonly what: string
  readonly level: 'qualified' | 'mandatory' | 'none' | 'undetermined'
  /** Codes that have to be among the reasons. */
  readonly codes: readonly string[]
  readonly zone?: 'test' | 'plain' | 'bogus'
  /** Records of the domain, `@` for its name; without it MX and address of one server. */
  readonly records?: readonly string[]
  readonly servers?: readonly LabServer[]
  /** TLSA records of the first server: usage, and what is in it. */
  readonly tlsa?: readonly (readonly [usage: 0 | 1 | 2 | 3, of: 'leaf' | 'issuer' | 'other'])[]
  /** MTA-STS: the policy's text; empty: announced, and not to be had. */
  readonly sts?: string
}

export interface LabServer {
  /** Of the host below the domain; `mx` where nothing is said. */
  readonly host?: string
  readonly certificate?: Partial<CertificateWish> | 'self-signed'
  readonly tls?: TlsOptions
  readonly manner?: Manner
  readonly isPlain?: boolean
  /** Its own certificate stands behind itself 200 times. */
  readonly isLong?: boolean
  readonly isIpv6?: boolean
  /** It has no name in the zone of its own: another server's second address. */
  readonly isNameless?: boolean
}

const CRL = 'http://pki.test/middle.crl'
const OCSP = 'http://pki.test/ocsp'
const DOWN = 'http://down.test/'

const one = (server: LabServer): Pick<LabCase, 'servers'> => ({ servers: [server] })
const wish = (certificate: Partial<CertificateWish>) => one({ certificate })
const old = {
  minVersion: 'TLSv1.1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
} as const
const tls12 = (ciphers: string): TlsOptions => ({ maxVersion: 'TLSv1.2', ciphers })
const say = (text: string) => (socket: Socket) => void socket.end(`${text}\r\n`)

/** What a certificate has unless a case says otherwise: both sources, both up. */
export const USUAL: Partial<CertificateWish> = { crl: CRL, ocsp: OCSP }

/** The same of the authority that signs by RSA, which has a list only. */
export const BY_RSA: Partial<CertificateWish> = { by: 'rsa', crl: 'http://pki.test/rsa.crl' }

export const LAB_CASES: readonly LabCase[] = [
  {
    name: 'good-rsa',
    what: 'a good certificate with RSA of 2048 bits',
    level: 'qualified',
    codes: ['rsa_lt_3000'],
    ...wish({ key: 'rsa:2048' }),
  },
  {
    name: 'rsa-chain',
    what: 'a chain signed by PKCS #1 v1.5, as public authorities do',
    level: 'qualified',
    codes: ['cert_sig_rsa_pkcs1_v15', 'rsa_lt_3000'],
    ...wish({ ...BY_RSA, key: 'rsa:2048' }),
  },
  { name: 'good-ec', what: 'a good certificate with P-256', level: 'qualified', codes: [] },
  {
    name: 'expired',
    what: 'an expired certificate',
    level: 'mandatory',
    codes: ['cert_expired'],
    ...wish({ from: -20, to: -2 }),
  },
  {
    name: 'wronghost',
    what: 'a certificate for another host',
    level: 'mandatory',
    codes: ['host_mismatch'],
    ...wish({ names: ['other.wronghost.test'] }),
  },
  {
    name: 'selfsigned',
    what: 'a certificate that signed itself',
    level: 'mandatory',
    codes: ['chain_self_signed'],
    ...one({ certificate: 'self-signed' }),
  },
  {
    name: 'revoked-ocsp',
    what: 'revoked, as OCSP says',
    level: 'mandatory',
    codes: ['revoked'],
    ...wish({ ocsp: OCSP }),
  },
  {
    name: 'revoked-crl',
    what: 'revoked, as the list says',
    level: 'mandatory',
    codes: ['revoked'],
    ...wish({ crl: CRL }),
  },
  {
    name: 'ocsp-down',
    what: 'OCSP is down, the list is not',
    level: 'qualified',
    codes: ['ocsp_unavailable'],
    ...wish({ crl: CRL, ocsp: DOWN }),
  },
  {
    name: 'both-down',
    what: 'neither OCSP nor the list answers',
    level: 'mandatory',
    codes: ['revocation_unavailable'],
    ...wish({ crl: `${DOWN}x.crl`, ocsp: DOWN }),
  },
  {
    name: 'no-source',
    what: 'no source of revocation is named',
    level: 'mandatory',
    codes: ['revocation_no_source'],
    ...wish({}),
  },
  {
    name: 'bad-ocsp',
    what: 'OCSP is signed by the wrong key',
    level: 'mandatory',
    codes: ['revocation_bad_signature'],
    ...wish({ ocsp: 'http://pki.test/bad-ocsp' }),
  },
  {
    name: 'rsa1024',
    what: 'RSA of 1024 bits',
    level: 'mandatory',
    codes: ['key_too_short'],
    ...one({ certificate: { ...USUAL, key: 'rsa:1024' }, tls: { ciphers: 'DEFAULT:@SECLEVEL=0' } }),
  },
  {
    name: 'sha1',
    what: 'a signature with SHA-1',
    level: 'mandatory',
    codes: ['sig_sha1'],
    ...one({ certificate: { ...USUAL, digest: 'sha1' }, tls: { ciphers: 'DEFAULT:@SECLEVEL=0' } }),
  },
  {
    name: 'ed25519',
    what: 'an Ed25519 key',
    level: 'mandatory',
    codes: ['sig_not_bsi'],
    ...wish({ ...USUAL, key: 'ed25519' }),
  },
  {
    name: 'tls11',
    what: 'TLS 1.1 only',
    level: 'none',
    codes: ['protocol_too_old'],
    ...one({ tls: old }),
  },
  {
    name: 'no-pfs',
    what: 'no forward secrecy',
    level: 'mandatory',
    codes: ['no_pfs'],
    ...one({ certificate: { ...USUAL, key: 'rsa:2048' }, tls: tls12('AES128-GCM-SHA256') }),
  },
  {
    name: 'dhe1024',
    what: 'a finite field of 1024 bits only',
    level: 'mandatory',
    codes: ['dh_too_short'],
    ...one({
      certificate: { ...USUAL, key: 'rsa:2048' },
      tls: tls12('DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0'),
    }),
  },
  {
    name: 'x25519',
    what: 'X25519 only',
    level: 'mandatory',
    codes: ['kex_group_not_bsi'],
    ...one({ tls: { ecdhCurve: 'X25519' } }),
  },
  {
    name: 'brainpool',
    what: 'Brainpool only',
    level: 'mandatory',
    codes: ['unsupported_by_sender'],
    ...one({
      certificate: { ...USUAL, key: 'rsa:2048' },
      tls: { ...tls12('ECDHE-RSA-AES128-GCM-SHA256'), ecdhCurve: 'brainpoolP256r1' },
    }),
  },
  {
    name: 'chacha',
    what: 'ChaCha20 only',
    level: 'mandatory',
    codes: ['suite_not_bsi'],
    ...one({ tls: { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' } }),
  },
  {
    name: 'no-starttls',
    what: 'no STARTTLS',
    level: 'none',
    codes: ['no_starttls'],
    ...one({ isPlain: true }),
  },
  {
    name: 'stripped',
    what: 'STARTTLS overwritten on the way',
    level: 'none',
    codes: ['starttls_stripped'],
    ...one({ isPlain: true, manner: { ehlo: '250-mx\r\n250-SIZE\r\n250 XXXXXXXA' } }),
  },
  {
    name: 'one-bad',
    what: 'a bad server before a good one',
    level: 'qualified',
    codes: ['cert_expired'],
    records: ['@ MX 10 bad', '@ MX 20 mx'],
    servers: [{ host: 'mx' }, { host: 'bad', certificate: { from: -20, to: -2 } }],
  },
  {
    name: 'unsigned',
    what: 'a zone without signatures',
    level: 'mandatory',
    codes: ['dns_insecure_mx'],
    zone: 'plain',
  },
  {
    name: 'bogus',
    what: 'wrong signatures',
    level: 'undetermined',
    codes: ['dns_bogus'],
    zone: 'bogus',
  },
  {
    name: 'mx-cname',
    what: 'an MX record that names an alias, with a certificate for it',
    level: 'qualified',
    codes: ['mx_cname'],
    records: ['@ MX 10 alias', 'alias CNAME mx'],
    ...wish({ ...USUAL, names: ['alias.mx-cname.test'] }),
  },
  {
    name: 'mx-cname-end',
    what: 'an alias, with a certificate for its end only',
    level: 'mandatory',
    codes: ['mx_cname', 'host_mismatch'],
    records: ['@ MX 10 alias', 'alias CNAME mx'],
  },
  {
    name: 'mx-ip',
    what: 'an MX record that holds an address',
    level: 'mandatory',
    codes: ['mx_ip_literal'],
    records: ['@ MX 10 $1.'],
  },
  {
    name: 'null-mx',
    what: 'a domain that takes no mail',
    level: 'none',
    codes: ['null_mx'],
    records: ['@ MX 0 .'],
    servers: [],
  },
  {
    name: 'implicit',
    what: 'no MX record',
    level: 'qualified',
    codes: ['implicit_mx'],
    records: ['@ A $1'],
    ...wish({ ...USUAL, names: ['implicit.test'] }),
  },
  {
    name: 'busy',
    what: '421 as a banner',
    level: 'undetermined',
    codes: ['smtp_4xx'],
    ...one({ manner: { banner: say('421 4.3.2 too many connections') } }),
  },
  {
    name: 'tarpit',
    what: 'a banner that never comes',
    level: 'undetermined',
    codes: ['timeout'],
    ...one({ manner: { banner: () => undefined } }),
  },
  {
    name: 'ipv6',
    what: 'an IPv6 address only',
    level: 'qualified',
    codes: [],
    ...one({ isIpv6: true }),
  },
  {
    name: 'dane-ee',
    what: 'DANE by the key itself, self-signed',
    level: 'qualified',
    codes: [],
    tlsa: [[3, 'leaf']],
    ...one({ certificate: 'self-signed' }),
  },
  {
    name: 'dane-ta',
    what: 'DANE by the authority',
    level: 'qualified',
    codes: [],
    tlsa: [[2, 'issuer']],
  },
  {
    name: 'dane-ta-name',
    what: 'DANE by the authority, for another host',
    level: 'mandatory',
    codes: ['host_mismatch'],
    tlsa: [[2, 'issuer']],
    ...wish({ ...USUAL, names: ['other.dane-ta-name.test'] }),
  },
  {
    name: 'dane-mismatch',
    what: 'DANE by another key, with a chain that is good',
    level: 'mandatory',
    codes: ['dane_mismatch'],
    tlsa: [[3, 'other']],
  },
  {
    name: 'dane-rollover',
    what: 'DANE by another key and by this one',
    level: 'qualified',
    codes: [],
    tlsa: [
      [3, 'other'],
      [3, 'leaf'],
    ],
  },
  {
    name: 'dane-unusable',
    what: 'TLSA records that SMTP does not know',
    level: 'qualified',
    codes: ['dane_unusable'],
    tlsa: [[1, 'leaf']],
  },
  {
    name: 'dane-unsigned',
    what: 'an unsigned domain whose signed server has another key',
    level: 'mandatory',
    codes: ['dane_mismatch'],
    zone: 'plain',
    records: ['@ MX 10 mx.dane-mismatch.test.'],
    servers: [],
  },
  {
    name: 'sts',
    what: 'an unsigned domain with an MTA-STS policy that names its server',
    level: 'qualified',
    codes: [],
    zone: 'plain',
    sts: 'version: STSv1\nmode: enforce\nmx: mx.sts.plain\nmax_age: 86400\n',
  },
  {
    name: 'sts-mismatch',
    what: 'an MTA-STS policy that names another server',
    level: 'mandatory',
    codes: ['sts_mx_mismatch'],
    sts: 'version: STSv1\nmode: enforce\nmx: other.example\nmax_age: 86400\n',
  },
  {
    name: 'sts-down',
    what: 'an MTA-STS policy that is announced and not to be had',
    level: 'undetermined',
    codes: ['sts_fetch'],
    sts: '',
  },
  {
    name: 'inconsistent',
    what: 'two addresses of one server that differ',
    level: 'mandatory',
    codes: ['host_inconsistent'],
    records: ['@ MX 10 mx', 'mx A $2'],
    servers: [{}, { isNameless: true, certificate: 'self-signed' }],
  },
  {
    name: 'incomplete',
    what: 'a chain without the certificate between',
    level: 'mandatory',
    codes: ['chain_incomplete'],
    ...wish({ ...USUAL, withoutIntermediate: true }),
  },
  {
    name: 'huge-crl',
    what: 'a list of 100 MB',
    level: 'mandatory',
    codes: ['revocation_unavailable'],
    ...wish({ crl: 'http://pki.test/huge.crl' }),
  },
  {
    name: 'endless-ocsp',
    what: 'an OCSP answer that never ends, with a list that is in order',
    level: 'qualified',
    codes: ['ocsp_unavailable'],
    ...wish({ crl: CRL, ocsp: 'http://pki.test/endless' }),
  },
  {
    name: 'long-chain',
    what: 'a chain of 200 certificates, whose first ones are in order',
    level: 'qualified',
    codes: [],
    ...one({ manner: {}, isLong: true }),
  },
  {
    name: 'injection',
    what: 'a server that takes what came in the clear for protected',
    level: 'mandatory',
    codes: ['starttls_injection'],
    ...one({ manner: { takesInjected: true } }),
  },
]
