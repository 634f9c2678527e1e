/** What a key of a recipient is for: a certificate for S/MIME, or an OpenPGP key. */
export type KeySystem = 'smime' | 'pgp'

/** How a key came here: by an administrator, out of signed mail, or by a look-up. */
export const KEY_SOURCES = ['import', 'harvest', 'wkd', 'ldap'] as const
export type KeySource = (typeof KEY_SOURCES)[number]

/** A key of a recipient, for one customer or for all (ALL_CUSTOMERS). Times are epoch milliseconds. */
export interface NewKey {
  readonly customer: string
  /** Address in lower case, or `@domain` for everybody there. */
  readonly owner: string
  readonly system: KeySystem
  /** Hex, lower case. */
  readonly fingerprint: string
  /** DER of the certificate, or the OpenPGP key in binary; base64. */
  readonly bytes: string
  /** Certificates between this one and its root, DER in base64. */
  readonly chain: readonly string[]
  /** Whose it is, in its own words. */
  readonly subject: string
  /** `RSA 2048`, `EC P-256`, `Curve25519`. */
  readonly algorithm: string
  readonly notBefore: number
  readonly notAfter: number | undefined
  readonly source: KeySource
  /** Who added it: a login name, or this program. */
  readonly addedBy: string
}

export interface StoredKey extends NewKey {
  readonly id: number
  readonly addedAt: number
  /** When a letter was last sealed with it. */
  readonly usedAt: number | undefined
}

/** `kept`: it was there, and what an administrator imported is not changed by anything else. */
export type KeyAddition = 'added' | 'renewed' | 'known' | 'kept'

export interface KeyQuery {
  /** A customer, or ALL_CUSTOMERS for every one. */
  readonly customer: string
  readonly owner?: string | undefined
  /** The whole fingerprint, or at least 8 characters from its front or its end. */
  readonly fingerprint?: string | undefined
}

export interface KeyRemoval {
  /** Keys of exactly this customer; ALL_CUSTOMERS are those that hold for all. */
  readonly customer: string
  readonly fingerprint: string
  readonly owner?: string | undefined
  readonly by: string
}

/** What is asked of the store about recipients' keys. Errors are those of `Store`. */
export interface RecipientKeyStore {
  /** Adds keys, all or none; what an administrator imports goes into the audit. */
  add(keys: readonly NewKey[]): Promise<readonly KeyAddition[]>
  /** Keys of these owners, for one customer and for all, the newest first. */
  of(customer: string, owners: readonly string[]): Promise<readonly StoredKey[]>
  /** By owner, page by page. */
  list(query: KeyQuery): AsyncIterable<StoredKey>
  /** Gives what was removed. */
  remove(removal: KeyRemoval): Promise<readonly StoredKey[]>
  /** Notes that a letter was sealed with these. */
  used(ids: readonly number[]): Promise<void>
}
