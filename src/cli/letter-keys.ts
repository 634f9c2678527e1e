import type { Config } from '../config/load.js'
import type { PluginHost } from '../host/load.js'
import type { Log } from '../log/log.js'
import type { Mail } from '../message/mail.js'
import { letterKeysOf, type LetterKeys } from '../seal/keys/letter-keys.js'
import { lookUpOf } from '../seal/keys/look-up.js'
import type { RecipientKeyStore } from '../store/recipient-keys.js'
import { openKeyNetwork, type KeyNetwork } from './key-network.js'
import { certificateChecks } from './key-trust.js'

export interface LetterKeysParts {
  readonly config: Pick<Config, 'keys' | 'prober'>
  readonly store: RecipientKeyStore
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly openNetwork?: (config: Pick<Config, 'keys' | 'prober'>) => KeyNetwork
}

/** Keys of recipients for the daemon; whoever opens them closes them. */
export interface OpenLetterKeys extends LetterKeys {
  /**
   * Opens what is needed; else the first letter that wants keys does.
   *
   * Throws  ERR_CONFIG_FILE when the file of authorities cannot be read
   */
  open(): void
  close(): void
}

/** For asking about revocation, beside the look-up. */
const CHECK_MS = 30_000

/**
 * Puts together what the daemon seals letters with: keys of the store, those that places of the
 * settings give, and what is asked about them. Nothing is opened before it is wanted.
 */
export function letterKeysFor(parts: LetterKeysParts): OpenLetterKeys {
  const { config, store, log, now, openNetwork = openKeyNetwork } = parts
  const { min_rsa_bits: minRsaBits, lookup_timeout: each, authorities } = config.keys
  let network: KeyNetwork | undefined
  let ready: LetterKeys | undefined
  const open = (): LetterKeys => {
    network ??= openNetwork(config)
    const { places, revocation } = network
    // A server may be asked twice, at both of its places.
    const timeoutMs = 2 * each * places.length
    const asked = { places, store, minRsaBits, now, timeoutMs }
    return (ready ??= letterKeysOf({
      store,
      checks: certificateChecks(authorities, revocation),
      minRsaBits,
      now,
      lookUp: places.length === 0 ? undefined : lookUpOf(asked),
      timeoutMs: timeoutMs + CHECK_MS,
      log,
    }))
  }
  return Object.freeze({
    open: () => void open(),
    find: async (address: string, customer: string, signal: AbortSignal) =>
      open().find(address, customer, signal),
    learn: async (mail: Mail, customers: readonly string[], signal: AbortSignal) =>
      open().learn(mail, customers, signal),
    used: (ids: readonly number[]) => open().used(ids),
    refuse: (ids: readonly number[]) => open().refuse(ids),
    close: () => network?.close(),
  })
}

/** Whether a format opens with a key of the recipient. */
export function sealsForKeys({ sealers }: Pick<PluginHost, 'sealers'>): boolean {
  return sealers.some(({ opensWith }) => opensWith !== 'password')
}
