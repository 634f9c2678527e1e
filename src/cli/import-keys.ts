import { open } from 'node:fs/promises'
import { GatewayError } from '../errors.js'
import { keyRefused } from '../seal/keys/key-refused.js'
import { objectionsTo, type KeyRules } from '../seal/keys/objections.js'
import { MAX_KEY_FILE, readKeyFile } from '../seal/keys/read-key-file.js'
import type { RecipientKey } from '../seal/keys/recipient-key.js'
import { renewStored } from '../seal/keys/renew-stored.js'
import { storedForm } from '../seal/keys/stored-key.js'
import type { KeyAddition, NewKey, RecipientKeyStore } from '../store/recipient-keys.js'

export interface KeyImport extends KeyRules {
  readonly customer: string
  readonly addedBy: string
  /** Whose the keys are: an address or `@domain`; absent: the addresses that they name. */
  readonly owner?: string | undefined
  /** Of PKCS #12 files. */
  readonly password?: string | undefined
  /** Absent: the keys are looked at, and nothing is kept. */
  readonly store?: Pick<RecipientKeyStore, 'add' | 'list'> | undefined
}

/** What became of one key, or of a file in which there was none. */
export type ImportedKey =
  | {
      readonly file: string
      readonly key: RecipientKey
      /** By owner; `undefined` where nothing is kept. */
      readonly owners: readonly (readonly [owner: string, addition: KeyAddition | undefined])[]
      readonly notes: readonly string[]
    }
  | { readonly file: string; readonly error: string; readonly fingerprint?: string }

/**
 * Imports the keys of one file; a key to which nothing may be encrypted is refused, and the rest
 * goes on.
 *
 * Throws  what the store throws
 */
export async function* importKeys(
  file: string,
  options: KeyImport,
): AsyncGenerator<ImportedKey, void, void> {
  const { now, password } = options
  try {
    const bytes = await readWhole(file)
    const { keys, chain, notes } = await readKeyFile(bytes, {
      now,
      ...(password === undefined ? {} : { password }),
    })
    let saidOnce = notes
    for (const key of keys) {
      yield await importKey(file, { key, chain, notes: saidOnce }, options)
      saidOnce = []
    }
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'ERR_SEAL_KEY_INPUT') throw thrown
    yield { file, error: thrown.message }
  }
}

async function importKey(
  file: string,
  {
    key: read,
    chain,
    notes,
  }: {
    readonly key: RecipientKey
    readonly chain: readonly Buffer[]
    readonly notes: readonly string[]
  },
  options: KeyImport,
): Promise<ImportedKey> {
  const { owner, customer, addedBy, store, now } = options
  const { key, isOnRecord } =
    store === undefined
      ? { key: read, isOnRecord: false }
      : await renewStored(read, store, { now, addedBy })
  const { fingerprint, addresses } = key
  const objections = objectionsTo(key, options)
  if (objections.length > 0) {
    const more = isOnRecord ? ['the copy on record is not used any more'] : []
    return { file, fingerprint, error: [...objections, ...more].join('; ') }
  }
  const owners = owner === undefined ? addresses : [owner]
  if (owners.length === 0)
    return { file, fingerprint, error: 'it names no address; say with --for whose it is' }
  const found = [...notes]
  if (owner !== undefined && !owner.startsWith('@') && !addresses.includes(owner))
    found.push(`The key does not name ${owner}: you say that it is theirs.`)
  const rows = owners.map((one): NewKey =>
    storedForm(key, { customer, owner: one, source: 'import', addedBy, chain }),
  )
  const done = store === undefined ? [] : await store.add(rows)
  return { file, key, notes: found, owners: owners.map((one, index) => [one, done[index]]) }
}

/** No more of a file than a file of keys may have: it could be anything. */
async function readWhole(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.alloc(MAX_KEY_FILE + 1)
      let filled = 0
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    } finally {
      await file.close()
    }
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException
    throw keyRefused(`it cannot be read: ${code}`, thrown)
  }
}
