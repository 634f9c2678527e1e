import type { KeySystem } from '../../store/recipient-keys.js'

/**
 * A certificate or an OpenPGP key of a recipient: its public part, and what it says of itself. Times
 * are epoch milliseconds.
 */
export interface RecipientKey {
  readonly system: KeySystem
  /** DER of the certificate (X.509), or the transferable public key in binary (RFC 9580, 10.1). */
  readonly bytes: Buffer
  /** Hex, lower case: SHA-256 of the certificate, or the fingerprint that OpenPGP programs show. */
  readonly fingerprint: string
  /** Mail addresses that it names, each in its one spelling. */
  readonly addresses: readonly string[]
  /** Whose it is, in its own words: cut, and without control characters. */
  readonly subject: string
  /** Who issued a certificate; empty for an OpenPGP key. */
  readonly issuer: string
  /** Of the key that is encrypted to: `RSA 2048`, `EC P-256`, `Curve25519`. */
  readonly algorithm: string
  /** Size where the algorithm is RSA. */
  readonly rsaBits: number | undefined
  readonly notBefore: number
  /** Undefined: it has no end. */
  readonly notAfter: number | undefined
  /** Why nothing may ever be encrypted to it, as a clause; undefined when something may. */
  readonly unfit: string | undefined
}

/** What a file of keys held. */
export interface KeyFileContent {
  readonly keys: readonly RecipientKey[]
  /** Certificates of authorities, as DER: they are nobody's key, but they link one to its root. */
  readonly chain: readonly Buffer[]
  /** What whoever imports the file should know, one sentence each. */
  readonly notes: readonly string[]
}

/** Largest certificate or key that is read, in bytes; far above any honest one. */
export const MAX_KEY_BYTES = 128 * 1024

/** Addresses of one key that are kept. */
export const MAX_ADDRESSES = 100
