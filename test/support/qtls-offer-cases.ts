import type { TlsOptions } from 'node:tls'
import { USUAL, type LabCase, type LabServer } from './qtls-lab-cases.js'

/**
 * Servers that have one thing only of what there is: a suite, a group, a signature scheme, a protocol.
 * Those that have what the lane `qtls` offers are taken; each of the others has one of these beside it
 * that differs from it in the one point.
 */
export interface OfferCase extends LabCase {
  /** The name of the server that is taken and differs in one point only; undefined: it is taken. */
  readonly control?: string
}

type Key =
  'ec:P-256' | 'ec:P-384' | 'ec:P-521' | 'rsa:2048' | 'rsa:3072' | 'rsa-pss' | 'ed25519' | 'ed448'

const server = (tls: TlsOptions, key: Key = 'ec:P-256'): readonly LabServer[] => [
  { certificate: { ...USUAL, key }, tls },
]

const tls12 = (ciphers: string, more: TlsOptions = {}): TlsOptions => ({
  maxVersion: 'TLSv1.2',
  ciphers,
  ...more,
})
const tls13 = (ciphers: string): TlsOptions => ({ minVersion: 'TLSv1.3', ciphers })
const group = (ecdhCurve: string): TlsOptions => ({ minVersion: 'TLSv1.3', ecdhCurve })
const group12 = (ecdhCurve: string): TlsOptions =>
  tls12('ECDHE-ECDSA-AES128-GCM-SHA256', { ecdhCurve })
const scheme = (sigalgs: string): TlsOptions => ({ minVersion: 'TLSv1.3', sigalgs })
const scheme12 = (sigalgs: string, suite = 'ECDHE-RSA-AES128-GCM-SHA256'): TlsOptions =>
  tls12(`${suite}:@SECLEVEL=0`, { sigalgs })
const only = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): TlsOptions => ({
  minVersion: version,
  maxVersion: version,
  ciphers: 'DEFAULT:@SECLEVEL=0',
})

const taken = (name: string, what: string, tls: TlsOptions, key?: Key): OfferCase => ({
  name,
  what,
  level: 'qualified',
  codes: [],
  servers: server(tls, key),
})

/** Neither what the lane `tls` offers will do. */
const WITHOUT_TLS = new Set(['protocol_too_old', 'handshake_failed'])

const refused = (
  name: string,
  what: string,
  [control, code]: readonly [control: string, code: string],
  tls: TlsOptions,
  key?: Key,
): OfferCase => ({
  name,
  what,
  level: WITHOUT_TLS.has(code) ? 'none' : 'mandatory',
  codes: [code],
  servers: server(tls, key),
  control,
})

const ECDSA = 'ECDHE-ECDSA-AES128-GCM-SHA256'

export const OFFER_CASES: readonly OfferCase[] = [
  taken('ec-gcm128', 'ECDHE-ECDSA-AES128-GCM-SHA256', tls12('ECDHE-ECDSA-AES128-GCM-SHA256')),
  taken('ec-gcm256', 'ECDHE-ECDSA-AES256-GCM-SHA384', tls12('ECDHE-ECDSA-AES256-GCM-SHA384')),
  taken('ec-ccm128', 'ECDHE-ECDSA-AES128-CCM', tls12('ECDHE-ECDSA-AES128-CCM')),
  taken('ec-ccm256', 'ECDHE-ECDSA-AES256-CCM', tls12('ECDHE-ECDSA-AES256-CCM')),
  taken(
    'rsa-gcm128',
    'ECDHE-RSA-AES128-GCM-SHA256',
    tls12('ECDHE-RSA-AES128-GCM-SHA256'),
    'rsa:2048',
  ),
  taken(
    'rsa-gcm256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    tls12('ECDHE-RSA-AES256-GCM-SHA384'),
    'rsa:2048',
  ),
  taken(
    'rsa3072',
    'ECDHE-RSA-AES128-GCM-SHA256, 3072 bits',
    tls12('ECDHE-RSA-AES128-GCM-SHA256'),
    'rsa:3072',
  ),
  taken('gcm128', 'TLS_AES_128_GCM_SHA256', tls13('TLS_AES_128_GCM_SHA256')),
  taken('gcm256', 'TLS_AES_256_GCM_SHA384', tls13('TLS_AES_256_GCM_SHA384')),
  taken('ccm128', 'TLS_AES_128_CCM_SHA256', tls13('TLS_AES_128_CCM_SHA256')),
  taken('p256', 'P-256 in TLS 1.3', group('P-256')),
  taken('p384', 'P-384 in TLS 1.3', group('P-384')),
  taken('p521', 'P-521 in TLS 1.3', group('P-521')),
  taken('p256-12', 'P-256 in TLS 1.2', group12('P-256')),
  taken('p384-12', 'P-384 in TLS 1.2', group12('P-384')),
  taken('p521-12', 'P-521 in TLS 1.2', group12('P-521')),
  taken('rsae256', 'rsa_pss_rsae_sha256', scheme('rsa_pss_rsae_sha256'), 'rsa:2048'),
  taken('rsae384', 'rsa_pss_rsae_sha384', scheme('rsa_pss_rsae_sha384'), 'rsa:2048'),
  taken('rsae512', 'rsa_pss_rsae_sha512', scheme('rsa_pss_rsae_sha512'), 'rsa:2048'),
  taken('pss256', 'rsa_pss_pss_sha256', scheme('rsa_pss_pss_sha256'), 'rsa-pss'),
  taken('pss384', 'rsa_pss_pss_sha384', scheme('rsa_pss_pss_sha384'), 'rsa-pss'),
  taken('pss512', 'rsa_pss_pss_sha512', scheme('rsa_pss_pss_sha512'), 'rsa-pss'),
  taken('ecdsa256', 'ecdsa_secp256r1_sha256', scheme('ecdsa_secp256r1_sha256')),
  taken('ecdsa384', 'ecdsa_secp384r1_sha384', scheme('ecdsa_secp384r1_sha384'), 'ec:P-384'),
  taken('ecdsa521', 'ecdsa_secp521r1_sha512', scheme('ecdsa_secp521r1_sha512'), 'ec:P-521'),
  taken('rsae256-12', 'rsa_pss_rsae_sha256, 1.2', scheme12('rsa_pss_rsae_sha256'), 'rsa:2048'),
  taken('ecdsa256-12', 'ecdsa_secp256r1_sha256, 1.2', scheme12('ECDSA+SHA256', ECDSA)),
  taken('tls12', 'TLS 1.2', only('TLSv1.2')),
  taken('tls13', 'TLS 1.3', only('TLSv1.3')),

  refused(
    'ec-cbc',
    'ECDHE-ECDSA-AES128-SHA256 (CBC)',
    ['ec-gcm128', 'suite_not_bsi'],
    tls12('ECDHE-ECDSA-AES128-SHA256'),
  ),
  refused(
    'ec-cbc-sha1',
    'ECDHE-ECDSA-AES256-SHA (CBC)',
    ['ec-gcm256', 'suite_not_bsi'],
    tls12('ECDHE-ECDSA-AES256-SHA'),
  ),
  refused(
    'rsa-cbc',
    'ECDHE-RSA-AES256-SHA384 (CBC)',
    ['rsa-gcm256', 'suite_not_bsi'],
    tls12('ECDHE-RSA-AES256-SHA384'),
    'rsa:2048',
  ),
  refused(
    'rsa-kex',
    'AES128-GCM-SHA256 (key exchange by RSA)',
    ['rsa-gcm128', 'no_pfs'],
    tls12('AES128-GCM-SHA256'),
    'rsa:2048',
  ),
  refused(
    'dhe',
    'DHE-RSA-AES128-GCM-SHA256',
    ['rsa3072', 'suite_not_bsi'],
    tls12('DHE-RSA-AES128-GCM-SHA256', { dhparam: 'auto' }),
    'rsa:3072',
  ),
  refused(
    'rsa-chacha',
    'ECDHE-RSA-CHACHA20-POLY1305',
    ['rsa-gcm256', 'suite_not_bsi'],
    tls12('ECDHE-RSA-CHACHA20-POLY1305'),
    'rsa:2048',
  ),
  refused(
    'ec-ccm8',
    'ECDHE-ECDSA-AES128-CCM8',
    ['ec-ccm128', 'suite_not_bsi'],
    tls12('ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0'),
  ),
  refused(
    'ec-aria',
    'ECDHE-ECDSA-ARIA128-GCM-SHA256',
    ['ec-gcm128', 'suite_not_bsi'],
    tls12('ECDHE-ECDSA-ARIA128-GCM-SHA256'),
  ),
  refused(
    'ec-camellia',
    'ECDHE-ECDSA-CAMELLIA128-SHA256',
    ['ec-gcm128', 'suite_not_bsi'],
    tls12('ECDHE-ECDSA-CAMELLIA128-SHA256'),
  ),
  refused(
    'chacha13',
    'TLS_CHACHA20_POLY1305_SHA256',
    ['gcm256', 'suite_not_bsi'],
    tls13('TLS_CHACHA20_POLY1305_SHA256'),
  ),
  refused(
    'ccm8',
    'TLS_AES_128_CCM_8_SHA256',
    ['ccm128', 'handshake_failed'],
    tls13(`TLS_AES_128_CCM_8_SHA256:${ECDSA}:@SECLEVEL=0`),
  ),
  refused('g-x25519', 'X25519 in TLS 1.3', ['p256', 'kex_group_not_bsi'], group('X25519')),
  refused('g-x448', 'X448 in TLS 1.3', ['p256', 'kex_group_not_bsi'], group('X448')),
  refused('g-ffdhe2048', 'ffdhe2048 in TLS 1.3', ['p256', 'kex_group_not_bsi'], group('ffdhe2048')),
  refused('g-x25519-12', 'X25519 in TLS 1.2', ['p256-12', 'kex_group_not_bsi'], group12('X25519')),
  refused('g-p224-12', 'P-224 in TLS 1.2', ['p256-12', 'handshake_failed'], group12('secp224r1')),
  refused(
    'g-brainpool-12',
    'brainpoolP256r1 in TLS 1.2',
    ['p256-12', 'unsupported_by_sender'],
    group12('brainpoolP256r1'),
  ),
  refused(
    'pkcs1-12',
    'rsa_pkcs1_sha256, 1.2',
    ['rsae256-12', 'sig_not_bsi'],
    scheme12('rsa_pkcs1_sha256'),
    'rsa:2048',
  ),
  refused(
    'rsa-sha1-12',
    'rsa_pkcs1_sha1, 1.2',
    ['rsae256-12', 'sig_not_bsi'],
    scheme12('RSA+SHA1'),
    'rsa:2048',
  ),
  refused(
    'ec-sha1-12',
    'ecdsa_sha1, 1.2',
    ['ecdsa256-12', 'sig_not_bsi'],
    scheme12('ECDSA+SHA1', ECDSA),
  ),
  refused(
    'ec-sha224-12',
    'ecdsa with SHA-224, 1.2',
    ['ecdsa256-12', 'sig_not_bsi'],
    scheme12('ECDSA+SHA224', ECDSA),
  ),
  refused('ed25519-13', 'ed25519', ['ecdsa256', 'sig_not_bsi'], scheme('ed25519'), 'ed25519'),
  refused('ed448-13', 'ed448', ['ecdsa256', 'sig_not_bsi'], scheme('ed448'), 'ed448'),
  refused('tls10', 'TLS 1.0', ['tls12', 'protocol_too_old'], only('TLSv1')),
  refused('tls11-only', 'TLS 1.1', ['tls12', 'protocol_too_old'], only('TLSv1.1')),
]
