import { isIP } from 'node:net'
import type { DnsAnswer } from '../dns/model.js'
import { isTrouble, type NameSource } from '../dns/resolver.js'
import type { MxFacts } from './facts.js'

/**
 * The servers that a domain names for its mail, by rising preference.
 *
 * Throws  only what `signal` is aborted with
 * Source  RFC 5321, section 5.1; RFC 7505
 */
export async function mxOf(
  names: NameSource,
  domain: string,
  signal: AbortSignal,
): Promise<MxFacts> {
  const answer = await names.ask(domain, 'MX', signal)
  const { state, aliases, ttlSeconds } = answer
  const facts = (kind: MxFacts['kind'], records: MxFacts['records'] = []): MxFacts =>
    Object.freeze({ state, kind, records, aliases, ttlSeconds })
  if (isTrouble(answer)) return facts('unanswered')
  if (answer.isMissing) return facts('nxdomain')
  const records = recordsOf(answer)
  const [first] = records
  if (first === undefined) return facts('implicit', [{ preference: 0, host: domain }])
  if (first.host === '' && records.length === 1) return facts('null-mx')
  // Beside others an empty name means nothing (RFC 7505, section 3).
  return facts(
    'mx',
    records.filter(({ host }) => host !== ''),
  )
}

function recordsOf({ records }: DnsAnswer): MxFacts['records'] {
  const seen = new Set<string>()
  return records
    .flatMap(one => (one.type === 'MX' ? [{ preference: one.preference, host: one.exchange }] : []))
    .sort((a, b) => a.preference - b.preference || compare(a.host, b.host))
    .filter(({ host }) => !seen.has(host) && seen.add(host))
}

/** Whether an MX record holds an address where a name belongs. */
export function isAddressLiteral(host: string): boolean {
  return isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
