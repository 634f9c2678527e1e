import { LRUCache } from 'lru-cache'
import type { Log } from '../../log/log.js'
import type { Mail } from '../../message/mail.js'
import type { NewKey, RecipientKeyStore } from '../../store/recipient-keys.js'
import { harvest, harvestedKeys } from './harvest.js'
import type { LookUp } from './look-up.js'
import {
  NO_KEYS,
  usableKeysFinder,
  type UsableKeys,
  type UsableKeysOptions,
} from './usable-keys.js'

/** Keys of recipients, as whoever seals letters needs them. */
export interface LetterKeys {
  /**
   * Finds the keys that a letter for an address may be sealed with now; where none can be used, or
   * one came by a look-up, the places that the settings name are asked first.
   *
   * Gives   nothing when it takes longer than it may
   * Throws  what `signal` is aborted with, and what the store throws
   */
  find(address: string, customer: string, signal: AbortSignal): Promise<UsableKeys>
  /** Notes that a letter was sealed with these. */
  used(ids: readonly number[]): Promise<void>
  /**
   * Keeps the certificate with which a mail from outside is signed, for these customers.
   *
   * Gives   how many keys are new
   * Throws  what `signal` is aborted with, and what reading the mail and the store throw
   */
  learn(mail: Mail, customers: readonly string[], signal: AbortSignal): Promise<number>
  /** Passes these over for an hour: a format has refused them, although nothing speaks against them. */
  refuse(ids: readonly number[]): void
}

export interface LetterKeysOptions extends Omit<UsableKeysOptions, 'store' | 'isLeftOut'> {
  readonly store: Pick<RecipientKeyStore, 'of' | 'used' | 'add'>
  /** Undefined: nobody is asked. */
  readonly lookUp: LookUp | undefined
  /** For one address, with everything that is asked about its keys. */
  readonly timeoutMs: number
  readonly log: Pick<Log, 'warn'>
}

const LEFT_OUT_MS = 3_600_000
const MAX_LEFT_OUT = 10_000
/** Whoever writes often is not written into the store with every mail. */
const KNOWN_MS = 24 * 3_600_000
const MAX_KNOWN = 10_000
const nameOf = ({ customer, owner, fingerprint }: NewKey): string =>
  `${customer} ${owner} ${fingerprint}`
const LATE = new Error('keys are not found in time')

/** Keys of recipients, from the store and from where the settings say. */
export function letterKeysOf(options: LetterKeysOptions): LetterKeys {
  const { store, lookUp, timeoutMs, log, now } = options
  const leftOut = new LRUCache<number, number>({ max: MAX_LEFT_OUT })
  const isLeftOut = (id: number): boolean => (leftOut.get(id) ?? 0) > now()
  const known = new LRUCache<string, number>({ max: MAX_KNOWN })
  const isKnown = (key: NewKey): boolean => (known.get(nameOf(key)) ?? 0) > now()
  const findUsable = usableKeysFinder({ ...options, isLeftOut })
  const find: LetterKeys['find'] = async (address, customer, signal) => {
    const found = await findUsable(address, customer, signal)
    if (lookUp === undefined) return found
    const hasKeys = found.smime.length + found.pgp.length > 0
    if (hasKeys && found.isLookedUp !== true) return found
    // The look-up asks once a day. What it found before stays when it finds nothing now.
    const { kept } = await lookUp(address, signal)
    return kept.length === 0 && !hasKeys ? found : findUsable(address, customer, signal)
  }
  return Object.freeze({
    find: async (address: string, customer: string, signal: AbortSignal) => {
      signal.throwIfAborted()
      const until = new AbortController()
      const stop = (): void => until.abort(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      const timer = setTimeout(() => until.abort(LATE), timeoutMs)
      try {
        return await find(address, customer, until.signal)
      } catch (thrown) {
        if (until.signal.reason !== LATE) throw thrown
        const domain = address.slice(address.lastIndexOf('@') + 1)
        log.warn('keys of a recipient not found in time', { domain, limit: timeoutMs })
        return NO_KEYS
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
      }
    },
    learn: async (mail: Mail, customers: readonly string[], signal: AbortSignal) => {
      const rules = { checks: options.checks, minRsaBits: options.minRsaBits, now: now() }
      const found = await harvest(mail, rules, signal)
      const keys = customers.flatMap(customer => harvestedKeys(found, customer))
      const fresh = keys.filter(key => !isKnown(key))
      if (fresh.length === 0) return 0
      const additions = await store.add(fresh)
      for (const key of fresh) known.set(nameOf(key), now() + KNOWN_MS)
      return additions.filter(addition => addition === 'added').length
    },
    used: (ids: readonly number[]) => store.used(ids),
    refuse: (ids: readonly number[]) => {
      for (const id of ids) leftOut.set(id, now() + LEFT_OUT_MS)
    },
  })
}
