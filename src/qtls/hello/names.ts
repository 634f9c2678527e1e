/** Versions of the protocol as they stand in records. */
export const VERSION = {
  SSLv3: 0x0300,
  TLSv1: 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
} as const
export type Protocol = keyof typeof VERSION

/** IANA, "TLS Supported Groups". 4587 to 4589 join a curve with ML-KEM. */
const GROUPS: Readonly<Record<number, string>> = {
  1: 'sect163k1',
  2: 'sect163r1',
  3: 'sect163r2',
  4: 'sect193r1',
  5: 'sect193r2',
  6: 'sect233k1',
  7: 'sect233r1',
  8: 'sect239k1',
  9: 'sect283k1',
  10: 'sect283r1',
  11: 'sect409k1',
  12: 'sect409r1',
  13: 'sect571k1',
  14: 'sect571r1',
  15: 'secp160k1',
  16: 'secp160r1',
  17: 'secp160r2',
  18: 'secp192k1',
  19: 'secp192r1',
  20: 'secp224k1',
  21: 'secp224r1',
  22: 'secp256k1',
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  26: 'brainpoolP256r1',
  27: 'brainpoolP384r1',
  28: 'brainpoolP512r1',
  29: 'x25519',
  30: 'x448',
  31: 'brainpoolP256r1tls13',
  32: 'brainpoolP384r1tls13',
  33: 'brainpoolP512r1tls13',
  41: 'curveSM2',
  256: 'ffdhe2048',
  257: 'ffdhe3072',
  258: 'ffdhe4096',
  259: 'ffdhe6144',
  260: 'ffdhe8192',
  512: 'MLKEM512',
  513: 'MLKEM768',
  514: 'MLKEM1024',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
}

/** IANA, "TLS SignatureScheme", and pairs of hash and signature from before TLS 1.3. */
const SCHEMES: Readonly<Record<number, string>> = {
  0x0101: 'rsa_pkcs1_md5',
  0x0201: 'rsa_pkcs1_sha1',
  0x0202: 'dsa_sha1',
  0x0203: 'ecdsa_sha1',
  0x0301: 'rsa_pkcs1_sha224',
  0x0302: 'dsa_sha224',
  0x0303: 'ecdsa_sha224',
  0x0401: 'rsa_pkcs1_sha256',
  0x0402: 'dsa_sha256',
  0x0403: 'ecdsa_secp256r1_sha256',
  0x0501: 'rsa_pkcs1_sha384',
  0x0502: 'dsa_sha384',
  0x0503: 'ecdsa_secp384r1_sha384',
  0x0601: 'rsa_pkcs1_sha512',
  0x0602: 'dsa_sha512',
  0x0603: 'ecdsa_secp521r1_sha512',
  0x0804: 'rsa_pss_rsae_sha256',
  0x0805: 'rsa_pss_rsae_sha384',
  0x0806: 'rsa_pss_rsae_sha512',
  0x0807: 'ed25519',
  0x0808: 'ed448',
  0x0809: 'rsa_pss_pss_sha256',
  0x080a: 'rsa_pss_pss_sha384',
  0x080b: 'rsa_pss_pss_sha512',
  0x081a: 'ecdsa_brainpoolP256r1tls13_sha256',
  0x081b: 'ecdsa_brainpoolP384r1tls13_sha384',
  0x081c: 'ecdsa_brainpoolP512r1tls13_sha512',
}

const hex = (id: number): string => `0x${id.toString(16).padStart(4, '0')}`

export const groupName = (id: number): string => GROUPS[id] ?? hex(id)
export const schemeName = (id: number): string => SCHEMES[id] ?? hex(id)

const keys = (table: object): readonly number[] => Object.keys(table).map(Number)

/** Groups that TLS 1.3 may agree on; the others have been withdrawn there (RFC 8446, 4.2.7). */
const ONLY_13 = new Set([31, 32, 33, 41, 512, 513, 514, 4587, 4588, 4589])
const IN_BOTH = new Set([23, 24, 25, 29, 30, 256, 257, 258, 259, 260])

export const ALL_GROUPS: readonly number[] = keys(GROUPS)
export const groupsOf = (protocol: Protocol): readonly number[] =>
  ALL_GROUPS.filter(id =>
    protocol === 'TLSv1.3' ? ONLY_13.has(id) || IN_BOTH.has(id) : !ONLY_13.has(id),
  )
/** The strong ones first: many servers take the first that they can. */
export const ALL_SCHEMES: readonly number[] = keys(SCHEMES).toReversed()

/** Finite fields; TLS 1.2 knows them as names of what a DHE suite may use (RFC 7919). */
export const isFiniteField = (group: number): boolean => group >= 256 && group <= 260
