import type { Key, PartialConfig, Subkey } from 'openpgp'
import { keyAddress } from './key-address.js'
import { keyRefused } from './key-refused.js'
import { keyText } from './key-text.js'
import { MAX_ADDRESSES, MAX_KEY_BYTES, type RecipientKey } from './recipient-key.js'

/** What a file of OpenPGP keys held. */
export interface OpenPgpContent {
  readonly keys: readonly RecipientKey[]
  readonly hasPrivateKey: boolean
}

/** Keys of one file. */
const MAX_KEYS = 100
/** Signatures of its own that a key may have: each is checked. */
const MAX_SIGNATURES = 500

/** Strength is judged by the settings, in `objectionsTo`; here a weak key has to be seen to be named. */
const ANY_STRENGTH: PartialConfig = { minRSABits: 0 }

/**
 * Reads OpenPGP keys: their public parts, without pictures and what others have signed.
 *
 * Shape   armoured text, or packets in binary; `now` in epoch milliseconds chooses among subkeys
 * Throws  ERR_SEAL_KEY_INPUT for what is no key
 * Source  RFC 9580, 10.1
 */
export async function readOpenPgpKeys(
  input: Buffer | string,
  now: number,
): Promise<OpenPgpContent> {
  const { readKeys } = await import('openpgp')
  let keys: readonly Key[]
  try {
    keys = await (typeof input === 'string'
      ? readKeys({ armoredKeys: input, config: ANY_STRENGTH })
      : readKeys({ binaryKeys: input, config: ANY_STRENGTH }))
  } catch (thrown) {
    throw keyRefused('it is not an OpenPGP key that can be read', thrown)
  }
  if (keys.length === 0) throw keyRefused('it holds no OpenPGP key')
  if (keys.length > MAX_KEYS) throw keyRefused(`more than ${MAX_KEYS} keys in one file`)
  const read: RecipientKey[] = []
  for (const key of keys) read.push(await factsOf(key, now))
  return { keys: read, hasPrivateKey: keys.some(key => key.isPrivate()) }
}

/**
 * One key of two copies: the self-signatures and revocations of both, so that a revocation stays
 * whichever copy comes last, and a newer end goes before an older one.
 *
 * Shape   packets in binary, of keys with the same fingerprint; the first one's order is kept
 * Throws  ERR_SEAL_KEY_INPUT for what is no key, or for two that are too large together
 */
export async function mergedOpenPgpKey(
  copy: Buffer,
  other: Buffer,
  now: number,
): Promise<RecipientKey> {
  const { config, readKey } = await import('openpgp')
  let merged: Key
  try {
    const [one, two] = await Promise.all(
      [copy, other].map(binaryKey => readKey({ binaryKey, config: ANY_STRENGTH })),
    )
    if (one === undefined || two === undefined) throw keyRefused('it holds no OpenPGP key')
    merged = await one.update(two, new Date(now), { ...config, ...ANY_STRENGTH })
  } catch (thrown) {
    throw keyRefused('its copies cannot be put together', thrown)
  }
  return factsOf(merged, now)
}

async function factsOf(whole: Key, now: number): Promise<RecipientKey> {
  const key = trimmed(whole.isPrivate() ? whole.toPublic() : whole)
  const bytes = Buffer.from(key.write())
  if (bytes.length > MAX_KEY_BYTES)
    throw keyRefused(`the key is larger than ${MAX_KEY_BYTES} bytes`)
  const { chosen, unfit } = await encryptionKeyOf(key, now)
  const shown = chosen ?? key
  const rsaBits = smallestRsa([key, shown])
  return Object.freeze({
    system: 'pgp',
    bytes,
    fingerprint: key.getFingerprint(),
    addresses: await addressesOf(key, now),
    subject: keyText(key.getUserIDs()[0] ?? ''),
    issuer: '',
    algorithm: algorithmOf(shown),
    rsaBits,
    notBefore: Math.max(key.getCreationTime().getTime(), shown.getCreationTime().getTime()),
    notAfter: await endOf(key, chosen),
    unfit,
  })
}

/** Without pictures, and without signatures of others, of which anybody can make any number. */
function trimmed(key: Key): Key {
  key.users = key.users.filter(({ userID }) => userID !== null).slice(0, MAX_ADDRESSES)
  for (const user of key.users) user.otherCertifications = []
  const signatures = [
    key.revocationSignatures,
    ...key.users.flatMap(user => [user.selfCertifications, user.revocationSignatures]),
    ...key.subkeys.flatMap(({ bindingSignatures, revocationSignatures }) => [
      bindingSignatures,
      revocationSignatures,
    ]),
  ].reduce((sum, { length }) => sum + length, 0)
  if (signatures > MAX_SIGNATURES) throw keyRefused(`more than ${MAX_SIGNATURES} signatures`)
  return key
}

type AnyKey = Key | Subkey

async function encryptionKeyOf(
  key: Key,
  now: number,
): Promise<{ readonly chosen: AnyKey | undefined; readonly unfit: string | undefined }> {
  const { config } = await import('openpgp')
  const find = (date: Date | null): Promise<AnyKey | undefined> =>
    key.getEncryptionKey(undefined, date, undefined, { ...config, ...ANY_STRENGTH }).catch(
      // The library says in many words that there is none.
      () => undefined,
    )
  if (await key.isRevoked(undefined, undefined, new Date(now)))
    return { chosen: undefined, unfit: 'its owner has revoked it' }
  // One that is over, or not yet good, is shown with its dates.
  const chosen = (await find(new Date(now))) ?? (await find(null))
  return { chosen, unfit: chosen === undefined ? 'it has no key to encrypt to' : undefined }
}

/** User ids that the key itself vouches for, and has not taken back. */
async function addressesOf(key: Key, now: number): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const user of key.users) {
    const isValid = await user.verify(new Date(now)).then(
      () => true,
      () => false,
    )
    const address = keyAddress(user.userID?.email ?? '')
    if (isValid && address !== undefined) found.add(address)
  }
  return Object.freeze([...found])
}

async function endOf(key: Key, chosen: AnyKey | undefined): Promise<number | undefined> {
  const ends = [await key.getExpirationTime()]
  if (chosen !== undefined && chosen !== key && 'mainKey' in chosen)
    ends.push(await chosen.getExpirationTime(null as never))
  const times = ends.flatMap(end => (end instanceof Date ? [end.getTime()] : []))
  return times.length === 0 ? undefined : Math.min(...times)
}

function smallestRsa(keys: readonly AnyKey[]): number | undefined {
  const sizes = keys.flatMap(key => {
    const { algorithm, bits } = key.getAlgorithmInfo()
    return algorithm.startsWith('rsa') && bits !== undefined ? [bits] : []
  })
  return sizes.length === 0 ? undefined : Math.min(...sizes)
}

/** As people call them. */
const CURVES: Readonly<Record<string, string>> = {
  curve25519Legacy: 'Curve25519',
  ed25519Legacy: 'Ed25519',
  nistP256: 'EC P-256',
  nistP384: 'EC P-384',
  nistP521: 'EC P-521',
}

function algorithmOf(key: AnyKey): string {
  const { algorithm, bits, curve } = key.getAlgorithmInfo()
  if (algorithm.startsWith('rsa')) return `RSA ${bits ?? 0}`
  if (algorithm === 'x25519') return 'Curve25519'
  if (algorithm === 'ed25519') return 'Ed25519'
  return curve === undefined ? algorithm : (CURVES[curve] ?? `EC ${curve}`)
}
