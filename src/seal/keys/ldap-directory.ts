import { GatewayError } from '../../errors.js'
import type { KeyPlace, PlaceAnswer } from './look-up.js'
import { readCertificate } from './read-certificate.js'
import type { RecipientKey } from './recipient-key.js'

export interface LdapDirectoryOptions {
  /** `ldap://HOST:PORT` or `ldaps://HOST:PORT`. */
  readonly url: string
  /** Distinguished name below which recipients are looked for. */
  readonly base: string
  /** For connecting, and for each answer. */
  readonly timeoutMs: number
}

const CERTIFICATE = 'userCertificate;binary'

/** People of one address, and certificates of one of them. */
const MAX_ENTRIES = 10
const MAX_CERTIFICATES = 20

/**
 * Asks a directory for the certificates of an address, without a name or a password.
 *
 * Source  RFC 4511; RFC 4523, section 2.1 (userCertificate). The address is a value of its own in the
 *         request, so there is no text that would have to be escaped (RFC 4515, section 3).
 */
export function ldapDirectory(options: LdapDirectoryOptions): KeyPlace {
  return Object.freeze({
    source: 'ldap',
    ask: async (address: string, signal: AbortSignal): Promise<PlaceAnswer> => {
      try {
        return { keys: keysIn(await certificatesOf(address, options, signal), address) }
      } catch (thrown) {
        signal.throwIfAborted()
        return { keys: [], trouble: troubleOf(thrown) }
      }
    },
  })
}

async function certificatesOf(
  address: string,
  { url, base, timeoutMs }: LdapDirectoryOptions,
  signal: AbortSignal,
): Promise<readonly Buffer[]> {
  const { Client, EqualityFilter } = await import('ldapts')
  signal.throwIfAborted()
  const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs })
  const close = (): void => void client.unbind().catch(() => undefined)
  signal.addEventListener('abort', close, { once: true })
  try {
    const { searchEntries } = await client.search(base, {
      scope: 'sub',
      filter: new EqualityFilter({ attribute: 'mail', value: address }),
      attributes: [CERTIFICATE],
      explicitBufferAttributes: [CERTIFICATE],
      sizeLimit: MAX_ENTRIES,
      timeLimit: Math.ceil(timeoutMs / 1000),
    })
    return searchEntries
      .slice(0, MAX_ENTRIES)
      .flatMap(entry => [entry[CERTIFICATE] ?? []].flat())
      .flatMap(value => (Buffer.isBuffer(value) ? [value] : []))
      .slice(0, MAX_CERTIFICATES)
  } finally {
    signal.removeEventListener('abort', close)
    await client.unbind().catch(() => undefined)
  }
}

/** Those that name the address themselves: an entry can hold what belongs to somebody else. */
function keysIn(certificates: readonly Buffer[], address: string): readonly RecipientKey[] {
  const keys = new Map<string, RecipientKey>()
  for (const der of certificates) {
    try {
      const { key, isAuthority } = readCertificate(der)
      if (!isAuthority && key.addresses.includes(address)) keys.set(key.fingerprint, key)
    } catch (thrown) {
      // One value that is no certificate says nothing about the others.
      if (!(thrown instanceof GatewayError)) throw thrown
    }
  }
  return [...keys.values()]
}

/** What a server says may hold anything; its kind is enough. */
function troubleOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no answer'
  const { code } = thrown as Error & { readonly code?: string | number }
  return code === undefined ? `no answer (${thrown.name})` : `no answer (${code})`
}
