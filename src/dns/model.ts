/**
 * How an answer of the resolver came out: `secure` has the AD bit; `bogus` fails to validate, and
 * comes with checking disabled; `servfail` fails either way.
 */
export type DnsState = 'secure' | 'insecure' | 'bogus' | 'servfail' | 'timeout'

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'SOA' | 'TLSA' | 'TXT'

/** Names are in lower case without the dot at their end; the root is the empty name. */
export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string }
  | {
      readonly type: 'TLSA'
      readonly usage: number
      readonly selector: number
      readonly matchingType: number
      readonly data: Buffer
    }
  | { readonly type: 'TXT'; readonly text: string }
  | { readonly type: 'SOA'; readonly minimumSeconds: number }

export type DnsRecord = RecordData & { readonly name: string; readonly ttlSeconds: number }

export interface Question {
  readonly name: string
  readonly type: RecordType
  /** Wants the answer even where it fails to validate (RFC 4035, section 3.2.2). */
  readonly checkingDisabled?: boolean
}

/** A message that answers a question, as it came. */
export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`. */
  readonly code: string
  readonly authentic: boolean
  readonly truncated: boolean
  readonly answers: readonly DnsRecord[]
  readonly authorities: readonly DnsRecord[]
}

/** What a question came to, aliases followed. */
export interface DnsAnswer {
  readonly state: DnsState
  /** The name does not exist, or what it is an alias for does not. */
  readonly isMissing: boolean
  /** Names that the one asked for is an alias for, in turn; empty where it is none. */
  readonly aliases: readonly string[]
  /** Those of the type asked for, at the end of the aliases. */
  readonly records: readonly DnsRecord[]
  /** How long it may be believed; of a name that is missing too (RFC 2308). */
  readonly ttlSeconds: number
}

/** Where to ask. */
export interface NameServer {
  readonly address: string
  readonly port: number
  /** DNS over TLS (RFC 7858); the name is what its certificate must have, else the address. */
  readonly tls: { readonly serverName: string | undefined } | undefined
}

/** One way to a name server. Every question has its own deadline. */
export interface Exchange {
  /**
   * Gives   the reply that fits the question; what does not fit is passed over.
   * Throws  an Error when nothing comes in time, or the way there is closed.
   */
  ask(question: Question, timeoutMs: number): Promise<Reply>
  close(): void
}
