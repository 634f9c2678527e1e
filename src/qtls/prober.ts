import type { NameSource } from '../dns/resolver.js'
import { notReached, type AddressProber } from './address-prober.js'
import { addressesOf, type NameAddresses } from './addresses.js'
import type { ConnectionFacts, DomainFacts, HostFacts, MxFacts, TlsaFacts } from './facts.js'
import { agreementOf } from './resolver-agreement.js'
import { isAddressLiteral, mxOf } from './mx.js'
import { stsOf, type StsOptions } from './sts.js'
import { tlsaOf } from './tlsa.js'

export interface ProberOptions {
  readonly names: NameSource
  /** Other resolvers, whose agreement may count. */
  readonly others?: readonly NameSource[]
  readonly addresses: AddressProber
  readonly sts: StsOptions
  readonly port: number
  /** Servers of a domain, and addresses of a server, that are looked at. */
  readonly maxHosts: number
  readonly maxAddresses: number
  /** For all of a domain; what was not reached by then counts as not answering. */
  readonly domainTimeoutMs: number
  readonly now: () => number
}

/**
 * Finds out how the servers of a domain protect what they receive.
 *
 * Nothing is judged here, and no trouble is an exception: it is a fact like any other.
 */
export class Prober {
  readonly #options: ProberOptions

  constructor(options: ProberOptions) {
    this.#options = options
  }

  /**
   * Shape   `domain` in lower case A-labels; `earlier` is what was found out before, for a policy
   *         that is still in its time
   * Throws  only what `signal` is aborted with
   */
  async probe(
    domain: string,
    signal: AbortSignal,
    earlier?: Pick<DomainFacts, 'sts' | 'agreement'>,
  ): Promise<DomainFacts> {
    const { names, now } = this.#options
    const probedAt = now()
    const time = AbortSignal.timeout(this.#options.domainTimeoutMs)
    const both = AbortSignal.any([signal, time])
    const orLate = <T>(work: Promise<T>, late: T): Promise<T> =>
      work.catch((thrown: unknown) => {
        signal.throwIfAborted()
        if (time.aborted) return late
        throw thrown
      })
    const [{ mx, hosts, cut }, sts] = await Promise.all([
      orLate(mxOf(names, domain, both), UNANSWERED).then(mx => this.#hosts(mx, both, orLate)),
      orLate(stsOf(domain, this.#options.sts, earlier?.sts, both), LATE_STS),
    ])
    const agreement = await orLate(
      agreementOf(
        this.#options.others ?? [],
        domain,
        mx,
        { earlier: earlier?.agreement, now: probedAt },
        both,
      ),
      // Nobody was heard in time: what was seen before is not forgotten, but does not count.
      earlier?.agreement && { ...earlier.agreement, silent: earlier.agreement.resolvers },
    )
    const all = time.aborted ? [...cut, 'time'] : cut
    return Object.freeze({ domain, probedAt, mx, sts, hosts, agreement, cut: all })
  }

  async #hosts(
    mx: MxFacts,
    signal: AbortSignal,
    orLate: OrLate,
  ): Promise<Pick<DomainFacts, 'mx' | 'hosts' | 'cut'>> {
    const { maxHosts, maxAddresses } = this.#options
    const records = mx.records.slice(0, maxHosts)
    const probed = await Promise.all(records.map(({ host }) => this.#host(host, signal, orLate)))
    const cut = [
      ...(mx.records.length > maxHosts ? ['hosts'] : []),
      ...(probed.some(({ found }) => found > maxAddresses) ? ['addresses'] : []),
    ]
    return { mx, hosts: probed.map(({ facts }) => facts), cut }
  }

  async #host(
    host: string,
    signal: AbortSignal,
    orLate: OrLate,
  ): Promise<{ readonly facts: HostFacts; readonly found: number }> {
    const { names, port, maxAddresses } = this.#options
    const isLiteral = isAddressLiteral(host)
    const name = isLiteral ? host.replace(/^\[(.*)\]$/, '$1') : host
    const addresses = await orLate(addressesOf(names, name, signal), NO_ANSWER)
    const tlsa = isLiteral
      ? NO_TLSA
      : await orLate(tlsaOf(names, { host, port, addresses }, signal), LATE_TLSA)
    const connections: ConnectionFacts[] = []
    // One after the other: few servers like to be asked twice at a time.
    for (const ip of addresses.state === 'bogus' ? [] : addresses.addresses.slice(0, maxAddresses))
      connections.push(await this.#connection({ host, ip, tlsa }, signal, orLate))
    const facts = Object.freeze({
      host,
      aliases: addresses.aliases,
      isLiteral,
      addressState: addresses.state,
      addressTtlSeconds: addresses.ttlSeconds,
      tlsa,
      connections,
    })
    return { facts, found: addresses.addresses.length }
  }

  #connection(
    { host, ip, tlsa }: { host: string; ip: string; tlsa: TlsaFacts },
    signal: AbortSignal,
    orLate: OrLate,
  ): Promise<ConnectionFacts> {
    const { addresses, now } = this.#options
    return orLate(
      addresses.probe({ host, ip, serverName: serverNameOf(tlsa) }, signal),
      notReached(ip, now()),
    )
  }
}

type OrLate = <T>(work: Promise<T>, late: T) => Promise<T>

/**
 * With usable TLSA records Postfix sends the name that they stand under, else none (RFC 7672,
 * section 8.1; postconf(5), smtp_tls_servername).
 */
function serverNameOf({ state, owner, records }: TlsaFacts): string | undefined {
  if (state !== 'secure' || !records.some(({ usage }) => usage === 2 || usage === 3))
    return undefined
  return owner?.replace(/^_\d+\._tcp\./, '')
}

const UNANSWERED: MxFacts = Object.freeze({
  state: 'timeout',
  kind: 'unanswered',
  records: [],
  aliases: [],
  ttlSeconds: 0,
})
const NO_ANSWER: NameAddresses = Object.freeze({
  state: 'timeout',
  aliases: [],
  addresses: [],
  ttlSeconds: 0,
})
const NO_TLSA: TlsaFacts = Object.freeze({ state: 'none', owner: undefined, records: [] })
const LATE_TLSA: TlsaFacts = Object.freeze({ ...NO_TLSA, state: 'timeout' })
const LATE_STS: DomainFacts['sts'] = Object.freeze({
  state: 'unanswered',
  id: undefined,
  policy: undefined,
  fromCache: false,
  failure: undefined,
})
