import type { AddressPolicy } from './address-policy.js'
import type { ConnectionFacts } from './facts.js'
import { KeyedLock, abortable } from './keyed-lock.js'
import { probeAddress, type AddressProbeOptions } from './probe-address.js'

export interface AddressProberOptions extends AddressProbeOptions {
  readonly policy: AddressPolicy
  readonly port: number
  /** For all connections to one address together. */
  readonly addressTimeoutMs: number
  /** How long what was found out at an address stands for every domain that it serves. */
  readonly shareMs: number
}

/** One address of a mail server, as it is to be tried. */
export interface AddressToProbe {
  readonly host: string
  readonly ip: string
  readonly serverName: string | undefined
}

interface Known {
  readonly facts: Promise<ConnectionFacts>
  readonly until: number
}

const MAX_KNOWN = 20_000

/**
 * Tries addresses of mail servers: one connection at a time to each address and each host, however
 * many domains they serve, and only once as long as the result can be shared.
 */
export class AddressProber {
  readonly #options: AddressProberOptions
  readonly #known = new Map<string, Known>()
  readonly #byAddress = new KeyedLock()
  readonly #byHost = new KeyedLock()

  constructor(options: AddressProberOptions) {
    this.#options = options
  }

  /** Throws  only what `signal` is aborted with; what was begun for others goes on. */
  async probe(address: AddressToProbe, signal: AbortSignal): Promise<ConnectionFacts> {
    const { ip, serverName } = address
    const now = this.#options.now()
    if (this.#options.policy.objection(ip) !== undefined) return forbidden(ip, now)
    const key = `${ip} ${serverName ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined && known.until > now) return abortable(known.facts, signal)
    const facts = this.#probeInTurn(address)
    this.#known.delete(key)
    this.#known.set(key, { facts, until: now + this.#options.shareMs })
    this.#forgetOldest()
    return abortable(facts, signal)
  }

  #probeInTurn({ host, ip, serverName }: AddressToProbe): Promise<ConnectionFacts> {
    const never = new AbortController().signal
    const probe = (): Promise<ConnectionFacts> =>
      probeAddress(
        { ip, port: this.#options.port },
        serverName,
        this.#options,
        AbortSignal.timeout(this.#options.addressTimeoutMs),
      )
    const afterHost = (): Promise<ConnectionFacts> => this.#byHost.run(host, probe, never)
    return this.#byAddress.run(ip, afterHost, never)
  }

  #forgetOldest(): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) return
      this.#known.delete(key)
    }
  }
}

function forbidden(ip: string, at: number): ConnectionFacts {
  return { ...NOTHING, ip, at, end: 'forbidden-address' }
}

/** An address that was not reached before time was over. */
export function notReached(ip: string, at: number): ConnectionFacts {
  return { ...NOTHING, ip, at, end: 'timeout' }
}

const NOTHING: Omit<ConnectionFacts, 'ip' | 'at' | 'end'> = Object.freeze({
  ms: 0,
  phase: 'tcp',
  reply: undefined,
  extensions: [],
  takesInjection: false,
  session: undefined,
  widerSession: undefined,
  tlsFailure: undefined,
  audit: undefined,
})
