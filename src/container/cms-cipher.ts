/** A content-encryption algorithm of CMS, as its identifier names it. */
export interface CmsCipher {
  readonly name: string
  readonly strength: 'strong' | 'weak' | 'none'
  /** Ciphertext comes in blocks of so many bytes. */
  readonly blockBytes: number
  /** Bytes of the initialisation vector where it is the whole parameter, else undefined. */
  readonly ivBytes?: number
}

const AES = '6086480165030401'

/**
 * Content-encryption algorithms by the hexadecimal form of their identifier's content. What is not
 * here is not known to protect anything.
 *
 * Source  RFC 3565 (AES-CBC), 5084 (GCM, CCM), 8103 (ChaCha20-Poly1305), 3370 and 8551 (the old
 *         ones), 5652 (id-data where an algorithm should stand encrypts nothing)
 */
export const CMS_CIPHERS: ReadonlyMap<string, CmsCipher> = new Map<string, CmsCipher>([
  [`${AES}02`, { name: 'AES-128-CBC', strength: 'strong', blockBytes: 16, ivBytes: 16 }],
  [`${AES}16`, { name: 'AES-192-CBC', strength: 'strong', blockBytes: 16, ivBytes: 16 }],
  [`${AES}2a`, { name: 'AES-256-CBC', strength: 'strong', blockBytes: 16, ivBytes: 16 }],
  [`${AES}06`, { name: 'AES-128-GCM', strength: 'strong', blockBytes: 1 }],
  [`${AES}1a`, { name: 'AES-192-GCM', strength: 'strong', blockBytes: 1 }],
  [`${AES}2e`, { name: 'AES-256-GCM', strength: 'strong', blockBytes: 1 }],
  [`${AES}07`, { name: 'AES-128-CCM', strength: 'strong', blockBytes: 1 }],
  [`${AES}1b`, { name: 'AES-192-CCM', strength: 'strong', blockBytes: 1 }],
  [`${AES}2f`, { name: 'AES-256-CCM', strength: 'strong', blockBytes: 1 }],
  ['2a864886f70d0109100312', { name: 'ChaCha20-Poly1305', strength: 'strong', blockBytes: 1 }],
  ['2a864886f70d0307', { name: '3DES', strength: 'weak', blockBytes: 8, ivBytes: 8 }],
  ['2b0e030207', { name: 'DES', strength: 'weak', blockBytes: 8, ivBytes: 8 }],
  ['2a864886f70d0302', { name: 'RC2', strength: 'weak', blockBytes: 8 }],
  ['2a864886f70d0304', { name: 'RC4', strength: 'weak', blockBytes: 1 }],
  ['2a864886f70d010701', { name: 'no cipher', strength: 'none', blockBytes: 1 }],
])
