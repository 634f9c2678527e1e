import { hostname } from 'node:os'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Config } from '../config/load.js'
import type { NameServer } from '../dns/model.js'
import { Resolver } from '../dns/resolver.js'
import { isLoopbackAddress, parseNameServer } from '../dns/server-address.js'
import { doubtAbout, type Doubt } from '../dns/trust-check.js'
import { GatewayError, reasonOf } from '../errors.js'
import { createAddressPolicy, parseNetwork } from './address-policy.js'
import { AddressProber } from './address-prober.js'
import { sessionCompleter } from './complete-session.js'
import { answerCache } from './revocation-cache.js'
import { revocationChecker } from './revocation.js'
import { readTrustStore } from './chain-trust.js'
import { createCheckedFetch, type CheckedFetch } from './checked-fetch.js'
import { AUDIT_LIMITS } from './hello/audit.js'
import { helloAuditor } from './hello/auditor.js'
import { laneOffers } from './lane-offers.js'
import { Prober } from './prober.js'
import type { AddressProbeOptions } from './probe-address.js'
import type { ServerAuditor } from './server-auditor.js'

export interface CreateProberOptions {
  readonly settings: Config['prober']
  /** Name for EHLO; the machine's where it is empty. */
  readonly heloName: string
  /** A resolver that whoever runs this trusts as named: in place of the one of the settings. */
  readonly resolver?: NameServer
  /** Networks beside those of the settings. */
  readonly allowed?: readonly string[]
  /** PEM; in place of the file of the settings. */
  readonly caFile?: string
  readonly port?: number
  readonly isDeep?: boolean
  /** What authorities say about revocation is kept in `cache_directory` for the next process. */
  readonly keepsAnswers?: boolean
  readonly auditor?: ServerAuditor
  readonly now: () => number
}

/** A prober and what it asks. Whoever makes one closes it. */
export interface ReadyProber {
  readonly prober: Prober
  /** Throws ERR_QTLS_RESOLVER unless the resolver can be believed. */
  checkResolver(signal: AbortSignal): Promise<void>
  close(): void
}

const SMTP_PORT = 25
/** What was found out at an address stands so long for every domain that it serves. */
const SHARE_MS = 10 * 60_000
/** An audit of everything makes a hundred connections and more, one after the other. */
const DEEP_MS = 15 * 60_000
/** A server that is slow in every phase, several connections over. */
const CONNECTIONS_AN_ADDRESS = 3

/**
 * Puts a prober together from the settings.
 *
 * Throws  ERR_CONFIG_FILE when the file of authorities cannot be read, ERR_QTLS_SETTING when a
 *         resolver is none or would have to be believed without reason
 */
export function createProber(options: CreateProberOptions): ReadyProber {
  const { settings, now } = options
  const server = options.resolver ?? trustedServer(settings.resolver)
  const resolverOf = (one: NameServer): Resolver =>
    new Resolver({ server: one, timeoutMs: settings.dns_timeout, now })
  const names = resolverOf(server)
  const others = independentServers(settings.other_resolvers).map(resolverOf)
  const policy = createAddressPolicy({
    allowed: [...settings.allowed_networks.map(checkedNetwork), ...(options.allowed ?? [])],
  })
  const caFile = options.caFile ?? settings.ca_file
  const trust = createSecureContext({ ca: readPem(caFile), minVersion: 'TLSv1.2' })
  const fetch = createCheckedFetch({ names, policy, trust })
  const port = options.port ?? SMTP_PORT
  const addresses = new AddressProber({
    ...addressOptions(options, caFile, fetch),
    policy,
    port,
    addressTimeoutMs: addressTimeout(settings, options.isDeep ?? false),
    shareMs: SHARE_MS,
  })
  return Object.freeze({
    prober: new Prober({
      names,
      others,
      addresses,
      sts: { names, fetch, timeoutMs: settings.fetch_timeout, now },
      port,
      maxHosts: settings.max_hosts,
      maxAddresses: settings.max_addresses,
      domainTimeoutMs: domainTimeout(settings, options.isDeep ?? false),
      now,
    }),
    checkResolver: async (signal: AbortSignal): Promise<void> => {
      if (options.resolver !== undefined) return
      const known = { signed: settings.signed_name, bogus: settings.bogus_name }
      const doubt = await doubtAbout(names, known, signal)
      if (doubt !== undefined)
        throw new GatewayError('ERR_QTLS_RESOLVER', {
          resolver: settings.resolver,
          reason: DOUBTS[doubt](known),
        })
    },
    close: () => {
      for (const one of [names, ...others]) one.close()
    },
  })
}

const DOUBTS: Readonly<
  Record<Doubt, (names: { readonly signed: string; readonly bogus: string }) => string>
> = {
  unanswered: ({ signed, bogus }) => `it gives no answer for ${signed} or ${bogus}`,
  'does-not-validate': ({ signed }) => `it does not say that ${signed} is signed`,
  'accepts-bogus': ({ bogus }) => `it takes the wrong signature of ${bogus}`,
}

function addressOptions(
  options: CreateProberOptions,
  caFile: string,
  fetch: CheckedFetch,
): AddressProbeOptions {
  const { settings, heloName, now } = options
  const store = readTrustStore([caFile])
  return {
    smtp: {
      heloName: heloName === '' ? hostname() : heloName,
      limits: {
        connectMs: settings.connect_timeout,
        bannerMs: settings.smtp_timeout,
        commandMs: settings.smtp_timeout,
        handshakeMs: settings.handshake_timeout,
      },
    },
    offers: laneOffers(),
    complete: sessionCompleter({
      store,
      check: revocationChecker({
        fetch,
        cache: answerCache({
          directory: options.keepsAnswers === true ? settings.cache_directory : undefined,
          maxBytes: settings.cache_size,
        }),
        maxCrlBytes: settings.max_crl_size,
        timeoutMs: settings.fetch_timeout,
        now,
      }),
    }),
    auditor:
      options.auditor ??
      helloAuditor({ ...AUDIT_LIMITS, helloTimeoutMs: settings.handshake_timeout }),
    testInjection: settings.test_injection,
    isDeep: options.isDeep ?? false,
    now,
  }
}

/** A server that answers late each time is given up within this, whatever is left to ask. */
function addressTimeout(settings: Config['prober'], isDeep: boolean): number {
  const { connect_timeout, smtp_timeout, handshake_timeout } = settings
  const some = CONNECTIONS_AN_ADDRESS * (connect_timeout + 3 * smtp_timeout + handshake_timeout)
  return isDeep ? Math.max(some, DEEP_MS) : some
}

function domainTimeout({ domain_timeout }: Config['prober'], isDeep: boolean): number {
  return isDeep ? Math.max(domain_timeout, DEEP_MS) : domain_timeout
}

/** On this machine, or behind TLS: nobody else can change what it says. */
function trustedServer(text: string, setting = 'prober.resolver'): NameServer {
  const server = parseNameServer(text)
  if (server === undefined) throw refused(setting, `${text} is no name server`)
  if (server.tls !== undefined || isLoopbackAddress(server.address)) return server
  throw refused(setting, `${text} is neither on this machine nor asked over TLS`)
}

/** Resolvers whose words count as several: the same one twice is one. */
function independentServers(texts: readonly string[]): readonly NameServer[] {
  const setting = 'prober.other_resolvers'
  const servers = texts.map(text => trustedServer(text, setting))
  const places = servers.map(({ address, port }) => `${address} ${port}`)
  const twice = texts.find((_, at) => places.indexOf(places[at] ?? '') !== at)
  if (twice !== undefined) throw refused(setting, `${twice} is named twice`)
  return servers
}

function refused(setting: string, reason: string): GatewayError {
  return new GatewayError('ERR_QTLS_SETTING', { setting, reason })
}

function checkedNetwork(text: string): string {
  if (parseNetwork(text) !== undefined) return text
  throw refused('prober.allowed_networks', `${text} is no network`)
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}
