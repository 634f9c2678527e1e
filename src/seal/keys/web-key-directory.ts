import { createHash } from 'node:crypto'
import { GatewayError } from '../../errors.js'
import type { KeyPlace, PlaceAnswer } from './look-up.js'
import { readOpenPgpKeys } from './read-openpgp-keys.js'
import { MAX_KEY_BYTES } from './recipient-key.js'

/** Fetches a file over HTTPS: no redirects, no addresses inside, no more and no longer than is said. */
export type FetchFile = (request: {
  readonly url: string
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'response'; readonly status: number; readonly body: Buffer }
  | { readonly kind: 'failure'; readonly code: string; readonly detail: string }
>

export interface WebKeyDirectoryOptions {
  readonly fetch: FetchFile
  /** Epoch milliseconds. */
  readonly now: () => number
  /** For one request. */
  readonly timeoutMs: number
}

/** A directory may hold an old key of an address beside the new one. */
const MAX_BYTES = 2 * MAX_KEY_BYTES

/**
 * Asks the server of a recipient's domain for an OpenPGP key: at `openpgpkey.` below the domain, and
 * at the domain itself only where there is no such name.
 *
 * Source  draft-koch-openpgp-webkey-service-21, section 3.1
 */
export function webKeyDirectory(options: WebKeyDirectoryOptions): KeyPlace {
  const { fetch, now, timeoutMs } = options
  return Object.freeze({
    source: 'wkd',
    ask: async (address: string, signal: AbortSignal): Promise<PlaceAnswer> => {
      const [advanced, direct] = webKeyUrls(address)
      const request = { maxBytes: MAX_BYTES, timeoutMs, signal }
      let answer = await fetch({ ...request, url: advanced })
      if (answer.kind === 'failure' && answer.code === 'no-address')
        answer = await fetch({ ...request, url: direct })
      if (answer.kind === 'failure')
        return answer.code === 'no-address' ? { keys: [] } : trouble(answer.code)
      if (answer.status === 404) return { keys: [] }
      if (answer.status !== 200) return trouble(`status ${answer.status}`)
      try {
        const { keys } = await readOpenPgpKeys(answer.body, now())
        // A server speaks for one address at a time: other names in a key are not asked about.
        return { keys: keys.filter(key => key.addresses.includes(address)) }
      } catch (thrown) {
        if (!(thrown instanceof GatewayError)) throw thrown
        return trouble(thrown.message)
      }
    },
  })
}

/**
 * Where the key of an address is published: by the advanced method, and by the direct one.
 *
 * Shape   the address in its one spelling
 */
export function webKeyUrls(address: string): readonly [advanced: string, direct: string] {
  const at = address.lastIndexOf('@')
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)]
  const hash = zBase32(createHash('sha1').update(local.toLowerCase()).digest())
  const query = `?l=${encodeURIComponent(local)}`
  const path = '/.well-known/openpgpkey'
  return [
    `https://openpgpkey.${domain}${path}/${domain}/hu/${hash}${query}`,
    `https://${domain}${path}/hu/${hash}${query}`,
  ]
}

/** RFC 6189, section 5.1.6: five bits a character, the highest first. */
const Z_BASE_32 = 'ybndrfg8ejkmcpqxot1uwisza345h769'

function zBase32(bytes: Buffer): string {
  let text = ''
  let [bits, value] = [0, 0]
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += Z_BASE_32[(value >> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return text
}

function trouble(what: string): PlaceAnswer {
  return { keys: [], trouble: what }
}
