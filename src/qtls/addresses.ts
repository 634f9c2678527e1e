import { isIP, isIPv4 } from 'node:net'
import type { DnsState } from '../dns/model.js'
import type { NameSource } from '../dns/resolver.js'

/** The addresses of a name, those of IPv4 first. */
export interface NameAddresses {
  /** Of both answers: the worse one. */
  readonly state: DnsState
  readonly aliases: readonly string[]
  readonly addresses: readonly string[]
  readonly ttlSeconds: number
}

/** From best to worst. */
const STATES: readonly DnsState[] = ['secure', 'insecure', 'servfail', 'timeout', 'bogus']

/**
 * Looks up both kinds of addresses of a name. An address stands for itself.
 *
 * Throws  only what `signal` is aborted with.
 */
export async function addressesOf(
  names: NameSource,
  name: string,
  signal: AbortSignal,
): Promise<NameAddresses> {
  if (isIP(name) !== 0) return { state: 'insecure', aliases: [], addresses: [name], ttlSeconds: 0 }
  const answers = await Promise.all([names.ask(name, 'A', signal), names.ask(name, 'AAAA', signal)])
  const addresses = answers.flatMap(({ records }) =>
    records.flatMap(one => (one.type === 'A' || one.type === 'AAAA' ? [one.address] : [])),
  )
  const withAliases = answers.find(({ aliases }) => aliases.length > 0)
  const positive = answers.filter(({ records }) => records.length > 0)
  return {
    state: worst(answers.map(({ state }) => state)),
    aliases: withAliases?.aliases ?? [],
    addresses: [...new Set(addresses)].sort(byFamily),
    ttlSeconds: Math.min(...(positive.length > 0 ? positive : answers).map(one => one.ttlSeconds)),
  }
}

export function worst(states: readonly DnsState[]): DnsState {
  return STATES[Math.max(...states.map(state => STATES.indexOf(state)))] ?? 'servfail'
}

function byFamily(one: string, other: string): number {
  return Number(isIPv4(other)) - Number(isIPv4(one))
}
