import type { DnsState } from '../dns/model.js'

export type { DnsState } from '../dns/model.js'

/**
 * What the prober found out about a domain and its servers: facts, never judgement. They are stored
 * as JSON, so everything is plain data, and a verdict can be made from them again with other rules
 * or at another time. Times are epoch milliseconds, names are lower case A-labels without the last
 * dot, bytes are base64. Text from the other side is cut and escaped before it gets in here.
 */
export interface DomainFacts {
  readonly domain: string
  readonly probedAt: number
  readonly mx: MxFacts
  readonly sts: StsFacts
  /** The servers that mail may go to, by rising preference; at most as many as are looked at. */
  readonly hosts: readonly HostFacts[]
  /** What other resolvers have said; absent when they were not asked. */
  readonly agreement?: AgreementFacts | undefined
  /** What ended in a hurry: more servers or addresses than are looked at, time over. */
  readonly cut: readonly string[]
}

export interface MxFacts {
  readonly state: DnsState
  /** `implicit`: no MX, the domain's own address (RFC 5321, 5.1); `null-mx`: RFC 7505. */
  readonly kind: 'mx' | 'implicit' | 'null-mx' | 'nxdomain' | 'unanswered'
  readonly records: readonly { readonly preference: number; readonly host: string }[]
  /** Aliases that the domain itself went through. */
  readonly aliases: readonly string[]
  readonly ttlSeconds: number
}

/** Servers that several independent resolvers named, over time. */
export interface AgreementFacts {
  /** Resolvers that all gave the same answer. */
  readonly resolvers: number
  /** Resolvers that gave none; absent: 0. Others agree then, but that does not count. */
  readonly silent?: number
  /** Epoch milliseconds since which they have. */
  readonly since: number
  readonly hosts: readonly string[]
}

/** MTA-STS (RFC 8461). */
export interface StsFacts {
  /** Whether `_mta-sts` has a TXT record that announces a policy. */
  readonly state: 'none' | 'announced' | 'invalid-record' | 'unanswered'
  readonly id: string | undefined
  readonly policy: StsPolicy | undefined
  /** The policy was fetched before, for this or an earlier id, and is still in its time. */
  readonly fromCache: boolean
  /** Why there is none, or none that is new. */
  readonly failure:
    { readonly code: 'sts_fetch' | 'sts_invalid'; readonly detail: string } | undefined
}

export interface StsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** Host names, `*.example.org` for one label more. */
  readonly mx: readonly string[]
  readonly maxAgeSeconds: number
  readonly fetchedAt: number
}

export interface HostFacts {
  /** As the MX record names it. */
  readonly host: string
  /** Names that it is an alias for, in turn. */
  readonly aliases: readonly string[]
  /** The MX record holds an address in place of a name. */
  readonly isLiteral: boolean
  /** Of A and AAAA together: the worse one. */
  readonly addressState: DnsState
  readonly addressTtlSeconds: number
  readonly tlsa: TlsaFacts
  /** One for each address, in the order of the answer. */
  readonly connections: readonly ConnectionFacts[]
}

export interface TlsaFacts {
  readonly state: DnsState | 'none'
  /** Name that the records stand under (RFC 7672, 2.2.2 and 2.2.3: the alias' end first). */
  readonly owner: string | undefined
  readonly records: readonly TlsaRecord[]
}

export interface TlsaRecord {
  readonly usage: number
  readonly selector: number
  readonly matchingType: number
  readonly data: string
}

export type Phase = 'tcp' | 'banner' | 'ehlo' | 'starttls' | 'handshake' | 'done'

/** How a connection came out; anything but `tls` ended in `phase`. */
export type ConnectionEnd =
  | 'tls'
  | 'no-starttls'
  | 'starttls-stripped'
  | 'smtp-4xx'
  | 'smtp-5xx'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'closed'
  | 'handshake-failed'
  /** An address that mail must not be sent to from here (private, loopback, our own). */
  | 'forbidden-address'
  /** Bytes that are no SMTP, or more than there may be. */
  | 'protocol-error'

export interface ConnectionFacts {
  readonly ip: string
  readonly at: number
  readonly ms: number
  readonly end: ConnectionEnd
  readonly phase: Phase
  /** The reply that ended it, or the last one. */
  readonly reply: { readonly code: number; readonly text: string } | undefined
  /** Keywords of the EHLO response, upper case. */
  readonly extensions: readonly string[]
  /** It took a command that was sent in the clear behind STARTTLS for one sent within TLS. */
  readonly takesInjection: boolean
  /** With exactly what the `qtls` lane offers. */
  readonly session: SessionFacts | undefined
  /** With what the `tls` lane offers; looked for when the offer of `qtls` fails. */
  readonly widerSession: SessionFacts | undefined
  /** Why there is no session, as the TLS library or the other side says it. */
  readonly tlsFailure: string | undefined
  /** What a few ClientHellos found out after a failure, or an audit; see `hello.ts`. */
  readonly audit: AuditFacts | undefined
}

export interface SessionFacts {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly protocol: string
  /** Name in IANA's registry: `TLS_AES_256_GCM_SHA384`. */
  readonly suite: string
  /** `secp256r1`, `x25519`, `ffdhe3072`, `X25519MLKEM768`; `dh` for a group of the server's own. */
  readonly group: string | undefined
  /** Size of the group in bits, where it has one to speak of. */
  readonly groupBits: number | undefined
  /** DER of each certificate in the order sent, the server's own first; cut at a limit. */
  readonly chain: readonly string[]
  /** More certificates were sent than are kept. */
  readonly chainCut: boolean
  readonly trust: TrustFacts
  /** DER of a stapled OCSP response. */
  readonly staple: string | undefined
  /** By certificate, from the server's own to the one below the anchor. */
  readonly revocation: readonly CertificateStatus[]
}

/**
 * What building a chain to a trusted certificate came to, dates left aside: those are judged when
 * the verdict is made. The chain is never completed by fetching, as Postfix would not; an authority in
 * the store completes it.
 */
export interface TrustFacts {
  readonly outcome: 'trusted' | 'self-signed' | 'untrusted' | 'incomplete' | 'broken'
  /**
   * Indexes from the server's own certificate up, into `chain` with `supplied` behind it; the anchor
   * itself is not among them.
   */
  readonly path: readonly number[]
  /** DER of authorities below a root that the store has and the server did not send; absent: none. */
  readonly supplied?: readonly string[]
  /** DER of the trusted certificate. */
  readonly anchor: string | undefined
  /** What the library says when the outcome is not `trusted`. */
  readonly detail: string | undefined
}

export interface CertificateStatus {
  /** Index into `chain`. */
  readonly index: number
  readonly sources: readonly RevocationSource[]
}

export interface RevocationSource {
  readonly method: 'crl' | 'ocsp' | 'staple'
  /** Empty for a staple. */
  readonly url: string
  readonly state: 'good' | 'revoked' | 'unknown' | 'unavailable' | 'stale' | 'bad-signature'
  readonly thisUpdate: number | undefined
  readonly nextUpdate: number | undefined
  readonly revokedAt: number | undefined
  readonly detail: string | undefined
}

/** What a server supports, found by ClientHellos of our own. Absent keys were not asked. */
export interface AuditFacts {
  /** Whole: every protocol, suite and group was asked for; else what explains a failure. */
  readonly isDeep: boolean
  readonly hellos: number
  /** By protocol (`SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`): suites by IANA name. */
  readonly suites: Readonly<Record<string, readonly string[]>>
  /** Groups by name; of TLS 1.2 and 1.3. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** Signature schemes by IANA name, of TLS 1.2 and 1.3. */
  readonly signatureSchemes: Readonly<Record<string, readonly string[]>>
  /** Bits of the smallest finite-field group that it takes for itself. */
  readonly dhBits: number | undefined
  /** DER of each certificate as sent, base64. */
  readonly chain: readonly string[]
  readonly secureRenegotiation: boolean | undefined
  readonly clientRenegotiation: boolean | undefined
  readonly compression: boolean | undefined
  readonly heartbeat: boolean | undefined
  readonly extendedMasterSecret: boolean | undefined
  readonly encryptThenMac: boolean | undefined
}
