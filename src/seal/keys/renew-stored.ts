import { GatewayError } from '../../errors.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { RecipientKeyStore, StoredKey } from '../../store/recipient-keys.js'
import { mergedOpenPgpKey } from './read-openpgp-keys.js'
import type { RecipientKey } from './recipient-key.js'
import { storedForm } from './stored-key.js'

/** A key with all that its copies on record say, and whether there are any. */
export interface RenewedKey {
  readonly key: RecipientKey
  readonly isOnRecord: boolean
}

/**
 * Brings every stored copy of an OpenPGP key up to date, whoever it is kept for: a revocation that
 * only one copy has holds for all, and is not lost to an older copy. A certificate never differs from
 * its copies, its fingerprint is over all of it.
 *
 * Throws  what the store throws
 */
export async function renewStored(
  key: RecipientKey,
  store: Pick<RecipientKeyStore, 'add' | 'list'>,
  { now, addedBy }: { readonly now: number; readonly addedBy: string },
): Promise<RenewedKey> {
  if (key.system !== 'pgp') return { key, isOnRecord: false }
  const { fingerprint } = key
  const copies: StoredKey[] = []
  for await (const copy of store.list({ customer: ALL_CUSTOMERS, fingerprint }))
    if (copy.system === 'pgp' && copy.fingerprint === fingerprint) copies.push(copy)
  let whole = key
  for (const bytes of new Set(copies.map(copy => copy.bytes)))
    whole = await withCopy(whole, Buffer.from(bytes, 'base64'), now)
  const text = whole.bytes.toString('base64')
  for (const { customer, owner, source, bytes } of copies)
    if (bytes !== text)
      await store.add([storedForm(whole, { customer, owner, source, addedBy, chain: [] })])
  return { key: whole, isOnRecord: copies.length > 0 }
}

/** What cannot be put together with the new copy gives way to it. */
async function withCopy(key: RecipientKey, copy: Buffer, now: number): Promise<RecipientKey> {
  try {
    return await mergedOpenPgpKey(key.bytes, copy, now)
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return key
  }
}
