import type { Backend } from './backend.js'
import { wrongInput } from './checked-input.js'
import {
  KEY_SOURCES,
  type KeyQuery,
  type NewKey,
  type RecipientKeyStore,
  type StoredKey,
} from './recipient-keys.js'
import { storable } from './storable.js'

const PAGE_SIZE = 200
/** Keys that are added at once, and base64 of one with its chain. */
const MAX_AT_ONCE = 1000
const MAX_BYTES = 2 * 1024 * 1024
/** Keys of one owner that came by themselves; an older one makes room. */
const MAX_FOUND = 5

/** Recipients' keys over one backend; `now` gives epoch milliseconds. */
export function recipientKeysOf(
  backend: Pick<Backend, 'run'>,
  now: () => number,
  pageSize = PAGE_SIZE,
): RecipientKeyStore {
  return Object.freeze({
    async add(keys: readonly NewKey[]) {
      if (keys.length > MAX_AT_ONCE) throw wrongInput(`more than ${MAX_AT_ONCE} keys at once`)
      const checked = keys.map(checkedKey)
      return backend.run('addKeys', { keys: checked, at: now(), maxFound: MAX_FOUND })
    },
    of: (customer: string, owners: readonly string[]) =>
      backend.run('keysOf', { customer, owners: owners.slice(0, MAX_AT_ONCE) }),
    async *list(query: KeyQuery): AsyncGenerator<StoredKey, void, void> {
      let after: Pick<StoredKey, 'owner' | 'id'> | undefined
      for (;;) {
        const page = await backend.run('pageOfKeys', { ...query, after, limit: pageSize })
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < pageSize) return
        after = { owner: last.owner, id: last.id }
      }
    },
    remove: removal => backend.run('removeKeys', { ...removal, at: now() }),
    used: (ids: readonly number[]) => backend.run('keysUsed', { ids, at: now() }),
  } satisfies RecipientKeyStore)
}

/** Throws  ERR_STORE_INPUT for what is no key of anybody. */
function checkedKey(key: NewKey): NewKey {
  const { owner, fingerprint, bytes, chain, source } = key
  if (!/^[^\s@]*@[a-z0-9.-]+$/.test(owner) || owner.length > 254)
    throw wrongInput(`not an address or @domain: ${JSON.stringify(owner.slice(0, 100))}`)
  if (!/^[0-9a-f]{40,128}$/.test(fingerprint)) throw wrongInput('not a fingerprint')
  if (!KEY_SOURCES.includes(source)) throw wrongInput('not a source of keys')
  const size = chain.reduce((sum, { length }) => sum + length, bytes.length)
  if (bytes === '' || size > MAX_BYTES) throw wrongInput('the key is empty or too large')
  if (key.addedBy.trim() === '') throw wrongInput('a key needs somebody who adds it')
  return {
    ...key,
    owner: storable(owner),
    subject: storable(key.subject),
    addedBy: storable(key.addedBy),
  }
}
