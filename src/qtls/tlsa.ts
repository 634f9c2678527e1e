import type { DnsAnswer } from '../dns/model.js'
import { isTrouble, type NameSource } from '../dns/resolver.js'
import type { NameAddresses } from './addresses.js'
import type { TlsaFacts, TlsaRecord } from './facts.js'

/** More records than a rollover of several certificates needs. */
const MAX_RECORDS = 30
/** A whole certificate may stand in a record; a larger one is none. */
const MAX_DATA_BYTES = 8192

/**
 * The TLSA records of a mail server. They are asked for under the name at the end of its aliases as
 * long as all of them are secure, else under its own, and only where DNSSEC vouches for that name.
 *
 * Throws  only what `signal` is aborted with
 * Source  RFC 7672, sections 2.1.3, 2.2.2 and 2.2.3
 */
export async function tlsaOf(
  names: NameSource,
  server: { readonly host: string; readonly port: number; readonly addresses: NameAddresses },
  signal: AbortSignal,
): Promise<TlsaFacts> {
  const { host, port, addresses } = server
  const end = addresses.aliases.at(-1)
  const owners: string[] = []
  if (addresses.state === 'secure') owners.push(...(end === undefined ? [] : [end]), host)
  else if (end !== undefined && addresses.state === 'insecure') {
    // Its zone may be signed although the one that the alias leads to is not.
    const alias = await names.ask(host, 'CNAME', signal)
    if (isTrouble(alias)) return none(alias.state)
    if (alias.state === 'secure') owners.push(host)
  }
  for (const owner of owners) {
    const name = `_${port}._tcp.${owner}`
    const answer = await names.ask(name, 'TLSA', signal)
    if (isTrouble(answer)) return none(answer.state)
    const records = recordsOf(answer)
    if (records.length > 0) return Object.freeze({ state: answer.state, owner: name, records })
  }
  return none('none')
}

function none(state: TlsaFacts['state']): TlsaFacts {
  return Object.freeze({ state, owner: undefined, records: [] })
}

function recordsOf({ records }: DnsAnswer): readonly TlsaRecord[] {
  return records.slice(0, MAX_RECORDS).flatMap(one => {
    if (one.type !== 'TLSA' || one.data.length > MAX_DATA_BYTES) return []
    const { usage, selector, matchingType, data } = one
    return [{ usage, selector, matchingType, data: data.toString('base64') }]
  })
}
