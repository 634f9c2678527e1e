import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Config } from '../config/load.js'
import { Resolver } from '../dns/resolver.js'
import { parseNameServer } from '../dns/server-address.js'
import { GatewayError, reasonOf } from '../errors.js'
import { createAddressPolicy } from '../qtls/address-policy.js'
import { createCheckedFetch, type CheckedFetch } from '../qtls/checked-fetch.js'
import { answerCache } from '../qtls/revocation-cache.js'
import { revocationChecker, type CheckRevocation } from '../qtls/revocation.js'
import { ldapDirectory } from '../seal/keys/ldap-directory.js'
import type { KeyPlace } from '../seal/keys/look-up.js'
import { webKeyDirectory } from '../seal/keys/web-key-directory.js'

/** What keys of recipients need of the network; whoever makes it closes it. */
export interface KeyNetwork {
  /** Where keys are asked for, as the settings say; empty unless they say something. */
  readonly places: readonly KeyPlace[]
  readonly revocation: CheckRevocation
  close(): void
}

/**
 * Puts together what looks for keys and asks whether they are revoked. Names are resolved and
 * addresses are allowed as for the prober.
 *
 * Throws  ERR_CONFIG_FILE when the file of authorities cannot be read
 */
export function openKeyNetwork(config: Pick<Config, 'keys' | 'prober'>): KeyNetwork {
  const { prober } = config
  const server = parseNameServer(prober.resolver)
  if (server === undefined)
    throw new GatewayError('ERR_CONFIG_INVALID', { problems: 'no resolver' })
  const names = new Resolver({ server, timeoutMs: prober.dns_timeout })
  const policy = createAddressPolicy({ allowed: prober.allowed_networks })
  const trust = createSecureContext({ ca: authorities(prober.ca_file), minVersion: 'TLSv1.2' })
  const fetch = createCheckedFetch({ names, policy, trust })
  return Object.freeze({
    places: keyPlaces(config.keys, fetch),
    revocation: revocationChecker({
      fetch,
      cache: answerCache({ directory: undefined, maxBytes: prober.cache_size }),
      maxCrlBytes: prober.max_crl_size,
      timeoutMs: prober.fetch_timeout,
      now: Date.now,
    }),
    close: () => names.close(),
  })
}

/** In the order in which they are asked: the own directory, then the recipient's server. */
export function keyPlaces(keys: Config['keys'], fetch: CheckedFetch): readonly KeyPlace[] {
  const { wkd, ldap_url: url, ldap_base: base, lookup_timeout: timeoutMs } = keys
  return [
    ...(url === '' ? [] : [ldapDirectory({ url, base, timeoutMs })]),
    ...(wkd ? [webKeyDirectory({ fetch, now: Date.now, timeoutMs })] : []),
  ]
}

function authorities(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}
