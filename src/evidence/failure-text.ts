/**
 * What a text of Postfix's SMTP client says went wrong with one server: TLS could not be had, nobody
 * was reached, the domain takes no mail, or anything else.
 */
export type FailureKind = 'tls' | 'unreached' | 'nxdomain' | 'null-mx' | 'other'

export interface Failure {
  readonly kind: FailureKind
  /** Enhanced status code: that of the reply, else what Postfix gives it; empty when there is none. */
  readonly dsn: string
  /** `host[address]`, with the port where the text has it; empty when it names no server. */
  readonly relay: string
  /** Whether the connection was over then. */
  readonly endsSession: boolean
}

/**
 * Reads a text of smtp(8) or lmtp(8).
 *
 * Only the beginning counts, which Postfix writes itself: what a server replied stands behind it and
 * proves nothing, whatever code or words it holds.
 *
 * Gives   undefined for a text that is not in the table.
 * Source  Postfix 3.7.11 src/smtp: smtp_proto.c, smtp_connect.c, smtp_addr.c, smtp_tls_policy.c,
 *         smtp_trouble.c; each was seen in a log but those marked "read"
 */
export function readFailure(text: string): Failure | undefined {
  const policy = POLICY_LOOKUP.exec(text)
  const said = policy === null ? text : text.slice(policy[0].length)
  for (const { pattern, kind, dsn = '', endsSession = false } of TABLE) {
    const found = pattern.exec(said)
    if (found === null) continue
    const { relay = '', reply = '' } = found.groups ?? {}
    return { kind, dsn: replyCode(reply) ?? dsn, relay, endsSession }
  }
  return policy === null ? undefined : { kind: 'other', dsn: '', relay: '', endsSession: false }
}

/**
 * The domain and host of a server that was not even connected to, since the policy for it cannot be
 * met: `TLS policy lookup for example.net/mx.example.net: no TLSA records found`.
 */
export const POLICY_LOOKUP =
  /^TLS policy lookup for (?<domain>[^\s/]{1,255})\/(?<host>[^\s:]{0,255}): /

interface Row {
  readonly pattern: RegExp
  readonly kind: FailureKind
  readonly dsn?: string
  readonly endsSession?: boolean
}

const RELAY = String.raw`(?<relay>\S{1,400})`

/** `host NAME[ADDRESS]`, and then what the server replied. */
function replied(before: string, after: string): RegExp {
  return new RegExp(`^${before}${RELAY} ${after}: (?<reply>.*)`, 's')
}

const TABLE: readonly Row[] = [
  {
    pattern: new RegExp(`^TLS is required, but was not offered by host ${RELAY}`),
    kind: 'tls',
    dsn: '4.7.4',
  },
  { pattern: replied('TLS is required, but host ', 'refused to start TLS'), kind: 'tls' },
  // Read: a client without TLS at all.
  {
    pattern: /^TLS is required, but (?:our TLS engine is )?unavailable/,
    kind: 'tls',
    dsn: '4.7.5',
  },
  {
    pattern: /^Cannot start TLS: handshake failure/,
    kind: 'tls',
    dsn: '4.7.5',
    endsSession: true,
  },
  { pattern: /^Server certificate not verified/, kind: 'tls', dsn: '4.7.5', endsSession: true },
  { pattern: /^no TLSA records found/, kind: 'tls', dsn: '4.7.5' },
  { pattern: /^non DNSSEC destination/, kind: 'tls', dsn: '4.7.5' },
  // Read: dane-only where no record can be used.
  { pattern: /^TLSA records unusable/, kind: 'tls', dsn: '4.7.5' },
  { pattern: /^client TLS configuration problem/, kind: 'tls', dsn: '4.7.5' },
  // DNS did not answer: it may tomorrow.
  { pattern: /^TLSA lookup error for /, kind: 'other', dsn: '4.7.5' },
  { pattern: /^Temporary lookup error/, kind: 'other', dsn: '4.3.0' },
  { pattern: replied('(?:Protocol error: )?host ', 'said'), kind: 'other' },
  { pattern: replied('(?:Protocol error: )?host ', 'refused to talk to me'), kind: 'other' },
  {
    pattern: new RegExp(`^lost connection with ${RELAY} while `),
    kind: 'other',
    dsn: '4.4.2',
    endsSession: true,
  },
  {
    pattern: new RegExp(`^conversation with ${RELAY} timed out while `),
    kind: 'other',
    dsn: '4.4.2',
    endsSession: true,
  },
  { pattern: new RegExp(`^connect to ${RELAY}: `), kind: 'unreached', dsn: '4.4.1' },
  // A name that a server could not be found under: no answer is not the answer "no".
  {
    pattern:
      /^Host or domain name not found\. Name service error for name=\S+ type=[A-Z]+: (?:Host not found|Host found but no data record of requested type)$/,
    kind: 'nxdomain',
    dsn: '5.4.4',
  },
  { pattern: /^Host or domain name not found\./, kind: 'other', dsn: '4.4.3' },
  { pattern: /^Domain \S+ does not accept mail \(nullMX\)/, kind: 'null-mx', dsn: '5.1.0' },
  { pattern: /^no MX host for \S+ has a valid address record/, kind: 'unreached', dsn: '4.4.4' },
  { pattern: /^unable to look up host \S+: /, kind: 'other', dsn: '4.4.4' },
  // Read: the rest of what ends a try at one server.
  { pattern: /^mail for \S+ loops back to myself/, kind: 'other', dsn: '4.4.6' },
  {
    pattern: new RegExp(`^local data error while talking to ${RELAY}`),
    kind: 'other',
    dsn: '4.3.0',
    endsSession: true,
  },
  { pattern: /^unexpected server message/, kind: 'other', dsn: '4.7.0', endsSession: true },
  // Read in 3.12: what the sender asked for is Postfix's to enforce, in whatever lane.
  { pattern: /^Sender requested REQUIRETLS, /, kind: 'other', dsn: '5.7.10' },
  { pattern: /^SASL authentication failed; /, kind: 'other', dsn: '4.7.0' },
  { pattern: /^SMTPUTF8 is required, but was not offered/, kind: 'other', dsn: '5.6.7' },
  { pattern: /^message size \d+ exceeds size limit/, kind: 'other', dsn: '5.3.4' },
]

/** `450 4.2.0 …`, `451-4.7.1 …`. */
function replyCode(reply: string): string | undefined {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(reply)?.[1]
}
