/** What the lane `qtls` offers a server, in the words of OpenSSL. */
export interface QtlsOffer {
  /** TLS 1.2. */
  readonly suites: readonly string[]
  /** TLS 1.3. */
  readonly suites13: readonly string[]
  readonly curves: readonly string[]
  /** Groups of finite fields, which Postfix 3.8 and later name apart; no suite of TLS 1.2 uses them. */
  readonly fields: readonly string[]
  readonly signatures: readonly string[]
}

/**
 * Suites with forward secrecy, groups and signature schemes that the guideline recommends. X25519,
 * ChaCha20 and signatures by PKCS #1 v1.5 are not among them.
 *
 * Source  BSI TR-02102-2 (2026-01), its tables of suites with forward secrecy, of groups and of
 *         signature schemes
 */
export const BSI_OFFER: QtlsOffer = Object.freeze({
  suites: [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-CCM',
    'ECDHE-ECDSA-AES128-CCM',
  ],
  suites13: ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_128_CCM_SHA256'],
  curves: ['prime256v1', 'secp384r1', 'secp521r1'],
  fields: ['ffdhe3072', 'ffdhe4096'],
  signatures: [
    'rsa_pss_rsae_sha256',
    'rsa_pss_rsae_sha384',
    'rsa_pss_rsae_sha512',
    'rsa_pss_pss_sha256',
    'rsa_pss_pss_sha384',
    'rsa_pss_pss_sha512',
    'ecdsa_secp256r1_sha256',
    'ecdsa_secp384r1_sha384',
    'ecdsa_secp521r1_sha512',
  ],
})

/** Curves of Brainpool by OpenSSL's names; the lane `tls` offers them behind those of Postfix. */
export const BRAINPOOL = ['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'] as const
