import type { AuditFacts } from '../facts.js'
import type { OpenForTls } from '../server-auditor.js'
import { askHello } from './ask.js'
import type { Offer } from './client-hello.js'
import { groupName, schemeName, type Protocol } from './names.js'
import type { ServerReply } from './server-reply.js'
import { suiteName } from './suite-names.js'

/** A hello that the server took: it chose something of what was offered. */
export interface Accepted {
  readonly suite: number
  readonly group: number | undefined
  readonly dhBits: number | undefined
  readonly scheme: number | undefined
  readonly reply: ServerReply
}

export interface AuditLimits {
  /** For one hello, its connection included. */
  readonly helloTimeoutMs: number
  readonly maxHellos: number
}

export const AUDIT_LIMITS: AuditLimits = Object.freeze({ helloTimeoutMs: 10_000, maxHellos: 250 })

/** What an audit has found out so far, and the way to ask on. */
export class Audit {
  readonly #open: OpenForTls
  readonly #signal: AbortSignal
  readonly #limits: AuditLimits
  readonly #suites = new Map<Protocol, Set<string>>()
  readonly #groups = new Map<Protocol, Set<string>>()
  readonly #schemes = new Map<Protocol, Set<string>>()
  #hellos = 0
  #isCut = false
  #dhBits: number | undefined
  #chain: readonly Buffer[] = []
  readonly features: {
    -readonly [Name in Feature]: AuditFacts[Name]
  } = {
    secureRenegotiation: undefined,
    clientRenegotiation: undefined,
    compression: undefined,
    heartbeat: undefined,
    extendedMasterSecret: undefined,
    encryptThenMac: undefined,
  }

  constructor(open: OpenForTls, signal: AbortSignal, limits: AuditLimits = AUDIT_LIMITS) {
    this.#open = open
    this.#signal = signal
    this.#limits = limits
  }

  /** The server does not let us ask any more, or time or hellos are used up. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Asks once; undefined when the server did not take the offer. */
  async ask(offer: Offer): Promise<Accepted | undefined> {
    const list = this.#suites.get(offer.protocol) ?? new Set<string>()
    this.#suites.set(offer.protocol, list)
    if (offer.suites.length === 0 || this.#isCut) return undefined
    if (this.#hellos >= this.#limits.maxHellos || this.#signal.aborted) {
      this.#isCut = true
      return undefined
    }
    this.#hellos += 1
    const answer = await askHello(this.#open, offer, this.#limits.helloTimeoutMs, this.#signal)
    if (answer === 'no-connection') this.#isCut = true
    if (typeof answer === 'string' || answer.hello?.protocol !== offer.protocol) return undefined
    return this.#accepted(offer, answer)
  }

  #accepted(offer: Offer, reply: ServerReply): Accepted | undefined {
    const { protocol } = offer
    const suite = reply.hello?.suite
    // A server that takes what was not offered is no help.
    if (suite === undefined || !offer.suites.includes(suite)) return undefined
    const { group = reply.hello?.group, dhBits, scheme } = reply.keyExchange ?? {}
    add(this.#suites, protocol, suiteName(suite))
    if (group !== undefined) add(this.#groups, protocol, groupName(group))
    if (scheme !== undefined) add(this.#schemes, protocol, schemeName(scheme))
    if (dhBits !== undefined) this.#dhBits = Math.min(dhBits, this.#dhBits ?? dhBits)
    if (this.#chain.length === 0) this.#chain = reply.chain
    return { suite, group, dhBits, scheme, reply }
  }

  addGroup(protocol: Protocol, group: number): void {
    add(this.#groups, protocol, groupName(group))
  }

  addScheme(protocol: Protocol, scheme: number): void {
    add(this.#schemes, protocol, schemeName(scheme))
  }

  facts(isDeep: boolean): AuditFacts {
    return Object.freeze({
      isDeep: isDeep && !this.#isCut,
      hellos: this.#hellos,
      suites: plain(this.#suites),
      groups: plain(this.#groups),
      signatureSchemes: plain(this.#schemes),
      dhBits: this.#dhBits,
      chain: this.#chain.map(der => der.toString('base64')),
      ...this.features,
    })
  }
}

type Feature =
  | 'secureRenegotiation'
  | 'clientRenegotiation'
  | 'compression'
  | 'heartbeat'
  | 'extendedMasterSecret'
  | 'encryptThenMac'

function add(lists: Map<Protocol, Set<string>>, protocol: Protocol, name: string): void {
  const list = lists.get(protocol) ?? new Set<string>()
  list.add(name)
  lists.set(protocol, list)
}

const plain = (lists: ReadonlyMap<Protocol, ReadonlySet<string>>): Record<string, string[]> =>
  Object.fromEntries([...lists].map(([protocol, names]) => [protocol, [...names]]))
