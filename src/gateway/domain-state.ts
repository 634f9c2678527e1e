import { Resolver } from 'node:dns/promises'

/** Whether a domain can take mail at all, as far as DNS says. */
export type DomainState = 'exists' | 'nxdomain' | 'null-mx' | 'unknown'

export type AskDomain = (domain: string) => Promise<DomainState>

const TIMEOUT_MS = 2000
const TRIES = 2

/**
 * Asks DNS about a domain that a lane could not deliver to: Postfix says nothing in its log before it
 * hands such a message to its fallback.
 *
 * Gives   `unknown` when DNS gives no answer that lasts; a failure never ends a message.
 * Source  RFC 7505 (null MX), RFC 5321 section 5.1
 */
export async function askDomain(domain: string): Promise<DomainState> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  try {
    return await stateFrom(resolver.resolveMx(domain))
  } finally {
    resolver.cancel()
  }
}

/** What an answer about mail exchangers says of the domain. */
export async function stateFrom(
  answer: Promise<readonly { readonly exchange: string }[]>,
): Promise<DomainState> {
  try {
    const exchanges = await answer
    const isNull = exchanges.length === 1 && /^\.?$/.test(exchanges[0]?.exchange ?? '')
    return isNull ? 'null-mx' : 'exists'
  } catch (thrown) {
    const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (code === 'ENOTFOUND') return 'nxdomain'
    return code === 'ENODATA' ? 'exists' : 'unknown'
  }
}
