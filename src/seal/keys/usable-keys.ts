import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { KeySystem, RecipientKeyStore, StoredKey } from '../../store/recipient-keys.js'
import { domainOwner, keyAddress } from './key-address.js'
import { problemsOf, type CertificateChecks } from './key-checks.js'
import { letterKey } from './stored-key.js'

export interface UsableKeysOptions {
  readonly store: Pick<RecipientKeyStore, 'of'>
  readonly checks: CertificateChecks
  readonly minRsaBits: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Whether a key with this number is passed over; absent: none is. */
  readonly isLeftOut?: (id: number) => boolean
}

/** Keys that a letter for one address may be sealed with; every list may be empty. */
export interface UsableKeys {
  /** PEM certificates. */
  readonly smime: readonly string[]
  /** Armoured OpenPGP keys. */
  readonly pgp: readonly string[]
  /** Their numbers in the store, to be noted once a letter went. */
  readonly ids: Readonly<Record<KeySystem, readonly number[]>>
  /** Why no key of a system is used although there are some, one clause each. */
  readonly problems: readonly string[]
  /** Whether one of them came by a look-up: its owner may have replaced or revoked it since. */
  readonly isLookedUp?: true
}

export type FindUsableKeys = (
  address: string,
  customer: string,
  signal: AbortSignal,
) => Promise<UsableKeys>

/** Keys of one system that a letter is sealed with: a recipient with two devices may have two. */
const MAX_KEYS = 2
/** Keys that are looked at for one letter. */
const MAX_LOOKED_AT = 20

/**
 * Finds the keys that may be used for an address now: valid, strong, issued by somebody trusted where
 * no administrator vouches for them, not revoked.
 *
 * What an administrator imported goes before what was found, what is the customer's own before what
 * is for all, and a key of the address before one of its domain: the first of these that has a
 * usable key gives them all.
 */
export function usableKeysFinder(options: UsableKeysOptions): FindUsableKeys {
  const { store, checks, minRsaBits, isLeftOut = () => false } = options
  return async (address, customer, signal) => {
    const owner = keyAddress(address)
    if (owner === undefined) return NO_KEYS
    const stored = await store.of(customer, [owner, domainOwner(owner)])
    signal.throwIfAborted()
    const rules = { now: options.now(), minRsaBits }
    const problems = new Set<string>()
    const chosen = async (system: KeySystem): Promise<readonly StoredKey[]> => {
      const mine = stored
        .filter(key => key.system === system && !isLeftOut(key.id))
        .slice(0, MAX_LOOKED_AT)
      const found = new Set<string>()
      for (const group of groupsOf(mine)) {
        const usable: StoredKey[] = []
        for (const key of group) {
          if (usable.length === MAX_KEYS) break
          const against = await problemsOf(key, rules, checks, signal)
          if (against.length === 0) usable.push(key)
          for (const one of against) found.add(`${system}: ${one}`)
        }
        if (usable.length > 0) return usable
      }
      for (const one of found) problems.add(one)
      return []
    }
    const smime = await chosen('smime')
    const pgp = await chosen('pgp')
    return Object.freeze({
      smime: Object.freeze(await Promise.all(smime.map(letterKey))),
      pgp: Object.freeze(await Promise.all(pgp.map(letterKey))),
      ids: Object.freeze({ smime: smime.map(({ id }) => id), pgp: pgp.map(({ id }) => id) }),
      problems: Object.freeze([...problems]),
      ...([...smime, ...pgp].some(isLookedUp) ? { isLookedUp: true as const } : {}),
    })
  }
}

/** What there is of somebody of whom nothing is known. */
export const NO_KEYS: UsableKeys = Object.freeze({
  smime: [],
  pgp: [],
  ids: { smime: [], pgp: [] },
  problems: [],
})

const isLookedUp = ({ source }: StoredKey): boolean => source === 'wkd' || source === 'ldap'

/** By who vouches for them, whose they are, and whom they are for; each group newest first. */
function groupsOf(keys: readonly StoredKey[]): readonly (readonly StoredKey[])[] {
  const groups = new Map<number, StoredKey[]>()
  for (const key of keys) {
    const rank =
      Number(key.source !== 'import') * 4 +
      Number(key.owner.startsWith('@')) * 2 +
      Number(key.customer === ALL_CUSTOMERS)
    groups.set(rank, [...(groups.get(rank) ?? []), key])
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group)
}
