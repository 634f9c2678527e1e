import type { NewKey, StoredKey } from '../../store/recipient-keys.js'
import { readCertificate } from './read-certificate.js'
import { readOpenPgpKeys } from './read-openpgp-keys.js'
import { keyRefused } from './key-refused.js'
import type { RecipientKey } from './recipient-key.js'

/** A key as the store keeps it. */
export function storedForm(
  key: RecipientKey,
  more: Pick<NewKey, 'customer' | 'owner' | 'source' | 'addedBy'> & {
    readonly chain: readonly Buffer[]
  },
): NewKey {
  const { chain, ...rest } = more
  return Object.freeze({
    ...rest,
    system: key.system,
    fingerprint: key.fingerprint,
    bytes: key.bytes.toString('base64'),
    chain: Object.freeze(key.system === 'smime' ? chain.map(der => der.toString('base64')) : []),
    subject: key.subject,
    algorithm: key.algorithm,
    notBefore: key.notBefore,
    notAfter: key.notAfter,
  })
}

/**
 * Reads a key of the store anew: what it says of itself is judged by its bytes at the time.
 *
 * Throws  ERR_SEAL_KEY_INPUT when it can no longer be read
 */
export async function readStoredKey(
  { system, bytes }: Pick<StoredKey, 'system' | 'bytes'>,
  now: number,
): Promise<RecipientKey> {
  const binary = Buffer.from(bytes, 'base64')
  if (system === 'smime') return readCertificate(binary).key
  const [key] = (await readOpenPgpKeys(binary, now)).keys
  if (key === undefined) throw keyRefused('it holds no OpenPGP key')
  return key
}

/** As formats take it: a certificate in PEM, an OpenPGP key armoured. */
export async function letterKey({
  system,
  bytes,
}: Pick<StoredKey, 'system' | 'bytes'>): Promise<string> {
  const lines = bytes.match(/.{1,64}/g) ?? []
  if (system === 'smime')
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  const { armor, enums } = await import('openpgp')
  return armor(enums.armor.publicKey, Buffer.from(bytes, 'base64'))
}
