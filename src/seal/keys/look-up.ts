import { LRUCache } from 'lru-cache'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { KeySource, RecipientKeyStore } from '../../store/recipient-keys.js'
import { keyAddress } from './key-address.js'
import { objectionsTo } from './objections.js'
import type { RecipientKey } from './recipient-key.js'
import { renewStored } from './renew-stored.js'
import { storedForm } from './stored-key.js'

/** A place where keys of recipients are asked for. */
export interface KeyPlace {
  readonly source: Exclude<KeySource, 'import' | 'harvest'>
  /**
   * Asks for keys of an address, which they name.
   *
   * Shape   the address in its one spelling
   * Throws  what `signal` is aborted with; whatever else goes wrong is in the answer
   */
  ask(address: string, signal: AbortSignal): Promise<PlaceAnswer>
}

export interface PlaceAnswer {
  readonly keys: readonly RecipientKey[]
  /** Why nothing is known, where that is so: no answer, or one that cannot be read. */
  readonly trouble?: string
}

/** What asking all places came to. */
export interface LookUpResult {
  /** Keys that are in the store now. */
  readonly kept: readonly RecipientKey[]
  /** Why others are not, and what went wrong; one sentence each. */
  readonly notes: readonly string[]
}

export interface LookUpOptions {
  readonly places: readonly KeyPlace[]
  readonly store: Pick<RecipientKeyStore, 'add' | 'list' | 'remove'>
  readonly minRsaBits: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** For all places together. */
  readonly timeoutMs: number
}

export type LookUp = (address: string, signal: AbortSignal) => Promise<LookUpResult>

const HOUR_MS = 3_600_000
/** How long a place is believed; whoever publishes a key today is found tomorrow. */
const FOUND_MS = 24 * HOUR_MS
const NOTHING_MS = HOUR_MS
const TROUBLE_MS = HOUR_MS / 12
const MAX_REMEMBERED = 20_000
const ADDED_BY = 'postseal'

/**
 * Asks places for keys of an address that is not known, and keeps in the store what may be encrypted
 * to, for all customers. What was asked before is not asked again for a while, found or not; whoever
 * asks meanwhile for the same address waits for the same answer.
 */
export function lookUpOf(options: LookUpOptions): LookUp {
  const { places, now, timeoutMs } = options
  const remembered = new LRUCache<
    string,
    { readonly until: number; readonly result: LookUpResult }
  >({
    max: MAX_REMEMBERED,
  })
  const underWay = new Map<string, Promise<LookUpResult>>()
  return async (text, signal) => {
    signal.throwIfAborted()
    const address = keyAddress(text)
    if (address === undefined || places.length === 0) return NOTHING
    const known = remembered.get(address)
    if (known !== undefined && known.until > now()) return known.result
    const asked =
      underWay.get(address) ??
      askAll(address, options, AbortSignal.timeout(timeoutMs))
        .then(({ result, hasTrouble }) => {
          const life = hasTrouble ? TROUBLE_MS : result.kept.length > 0 ? FOUND_MS : NOTHING_MS
          remembered.set(address, { until: now() + life, result })
          return result
        })
        .finally(() => underWay.delete(address))
    underWay.set(address, asked)
    return abortable(asked, signal)
  }
}

const NOTHING: LookUpResult = Object.freeze({ kept: [], notes: [] })

async function askAll(
  address: string,
  { places, store, minRsaBits, now }: LookUpOptions,
  signal: AbortSignal,
): Promise<{ readonly result: LookUpResult; readonly hasTrouble: boolean }> {
  const kept: RecipientKey[] = []
  const notes: string[] = []
  let hasTrouble = false
  for (const place of places) {
    const { source } = place
    const { keys, trouble } = await inTime(place.ask(address, signal), signal)
    if (trouble !== undefined) {
      hasTrouble = true
      notes.push(`${source}: ${trouble}`)
    }
    const good: RecipientKey[] = []
    const at = { now: now(), addedBy: ADDED_BY }
    for (const found of keys) {
      const { key } = await renewStored(found, store, at)
      const objections = objectionsTo(key, { now: now(), minRsaBits })
      if (objections.length === 0) good.push(key)
      else notes.push(`${source}: ${objections.join('; ')}`)
    }
    const owner = {
      customer: ALL_CUSTOMERS,
      owner: address,
      source,
      addedBy: ADDED_BY,
      chain: [],
    }
    await store.add(good.map(key => storedForm(key, owner)))
    if (trouble === undefined && keys.length > 0) await dropOthers(address, source, keys, store)
    kept.push(...good)
  }
  return { result: Object.freeze({ kept, notes }), hasTrouble }
}

/** What a place gave before and gives no more has been replaced by what it gives now. */
async function dropOthers(
  address: string,
  source: KeySource,
  keys: readonly RecipientKey[],
  store: Pick<RecipientKeyStore, 'list' | 'remove'>,
): Promise<void> {
  const given = new Set(keys.map(({ fingerprint }) => fingerprint))
  const gone: string[] = []
  for await (const key of store.list({ customer: ALL_CUSTOMERS, owner: address }))
    if (key.customer === ALL_CUSTOMERS && key.source === source && !given.has(key.fingerprint))
      gone.push(key.fingerprint)
  for (const fingerprint of gone)
    await store.remove({ customer: ALL_CUSTOMERS, fingerprint, owner: address, by: ADDED_BY })
}

/** A place that takes too long has said nothing. */
async function inTime(asking: Promise<PlaceAnswer>, signal: AbortSignal): Promise<PlaceAnswer> {
  try {
    return await abortable(asking, signal)
  } catch (thrown) {
    if (signal.aborted) return { keys: [], trouble: 'no answer in time' }
    throw thrown
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((done, fail) => {
    const stop = (): void => fail(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop))
  })
}
