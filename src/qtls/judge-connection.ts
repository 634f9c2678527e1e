import { readCertificate, type CertificateFacts } from './certificate.js'
import { buildTrust, countedBy, trustStore } from './chain-trust.js'
import { matchDane, type DaneMatch } from './dane.js'
import { explainFailure } from './explain-failure.js'
import type { ConnectionFacts, SessionFacts, TlsaRecord } from './facts.js'
import { finding, levelWith, type Finding, type VerdictLevel } from './finding.js'
import { judgeDates, judgeKeys, judgeSignatures, judgeUse, type Chain } from './judge-chain.js'
import { judgeRevocation } from './judge-revocation.js'
import { judgeSession } from './judge-session.js'
import type { TlsProfile } from './tls-profile.js'

export interface ConnectionContext {
  readonly profile: TlsProfile
  readonly now: number
  /** Name that the certificate must have, as Postfix checks it. */
  readonly name: string
  /** Names that suffice where TLSA records of usage 2 vouch for the issuer (RFC 7672, 3.2.3). */
  readonly daneNames: readonly string[]
  /** Secure TLSA records of the server; empty when there are none. */
  readonly tlsa: readonly TlsaRecord[]
}

/** What one address of a server is worth, whatever binds it to the domain. */
export interface ConnectionJudgement {
  readonly level: VerdictLevel
  readonly findings: readonly Finding[]
  /** The level by certificates of authorities alone, as Postfix asks for at `secure`. */
  readonly pkixLevel: VerdictLevel
  readonly dane: DaneMatch['kind']
  /** The certificate that Postfix would take at level `secure`, if it has one of the names asked for. */
  readonly trustedLeaf: CertificateFacts | undefined
  /** TLSA records let Postfix deliver here, whatever the rules say about the rest. */
  readonly daneAccepts: boolean
  readonly spki: string | undefined
  /** Epoch milliseconds at which certificates or revocation answers run out. */
  readonly until: number
}

/** Judges what one connection found out. */
export function judgeConnection(
  connection: ConnectionFacts,
  context: ConnectionContext,
): ConnectionJudgement {
  const ended = endFindings(connection)
  const session = connection.session ?? connection.widerSession
  if (session === undefined) return withoutSession(ended, context)
  if (connection.takesInjection) ended.push(finding('starttls_injection'))
  if (connection.session === undefined)
    ended.push(...explainFailure(connection, session, context.profile, context.now))
  else ended.push(...judgeSession(session, context.profile, context.now))
  return judgeCertificates(session, ended, context, connection.session !== undefined)
}

function withoutSession(
  findings: readonly Finding[],
  { profile }: ConnectionContext,
): ConnectionJudgement {
  const level = levelWith(findings, profile)
  return {
    level,
    findings,
    pkixLevel: level,
    dane: 'none',
    trustedLeaf: undefined,
    daneAccepts: false,
    spki: undefined,
    until: Infinity,
  }
}

function judgeCertificates(
  session: SessionFacts,
  ended: readonly Finding[],
  context: ConnectionContext,
  isLanes: boolean,
): ConnectionJudgement {
  const { profile, now } = context
  const { trust } = session
  const path = readPath(countedBy(session.chain, trust), trust.path)
  const anchor = trust.anchor === undefined ? undefined : readCertificate(trust.anchor)
  const certificates = path.map(({ certificate }) => certificate)
  const leaf = certificates[0]
  const chain = { path: certificates, anchor }
  // Where TLSA records name an authority, Postfix looks at what was sent alone, not at its store.
  const sent = context.tlsa.some(({ usage }) => usage === 2)
    ? readPath(session.chain, buildTrust(session.chain, NO_AUTHORITIES).path)
    : path
  const dane = matchDane(
    context.tlsa,
    sent.map(({ certificate }) => certificate),
  )

  const pkix = chainFindings(session, chain, path, context)
  const names = leaf === undefined || !hasName(leaf, context.name)
  const mismatch = names ? [finding('host_mismatch', nameEvidence(context.name, leaf))] : []
  const byAuthorities = [...ended, ...pkix.findings, ...mismatch]
  const pkixLevel = levelWith(byAuthorities, profile)
  const refused = pkix.findings.some(({ code }) => REFUSED_BY_POSTFIX.has(code))
  const shared = {
    pkixLevel,
    dane: dane.kind,
    trustedLeaf: isLanes && !refused ? leaf : undefined,
    spki: isLanes ? leaf?.spki : undefined,
  }
  const ends = (some: readonly CertificateFacts[]): number =>
    Math.min(...some.map(({ notAfter }) => notAfter))

  switch (dane.kind) {
    case 'ee': {
      // RFC 7672, 3.1.1: names, dates and issuers are not looked at; the key still has to be long.
      const findings = [
        ...ended,
        ...judgeKeys({ path: certificates.slice(0, 1), anchor: undefined }, profile),
      ]
      const level = levelWith(findings, profile)
      return { ...shared, level, findings, daneAccepts: isLanes, until: Infinity }
    }
    case 'ta': {
      const below = sent.slice(0, dane.below)
      const part: Chain = {
        path: below.map(({ certificate }) => certificate),
        anchor: sent[dane.below]?.certificate,
      }
      const revocation = judgeRevocation(below, session.revocation, now)
      const hasAName = leaf !== undefined && context.daneNames.some(name => hasName(leaf, name))
      const accepted = [
        ...judgeSignatures(part, profile, now),
        ...judgeDates(part, now),
        ...judgeUse(part),
        ...(hasAName ? [] : [finding('host_mismatch', nameEvidence(context.name, leaf))]),
      ]
      const findings = [...ended, ...judgeKeys(part, profile), ...accepted, ...revocation.findings]
      const isAccepted = !accepted.some(({ code }) => REFUSED_BY_POSTFIX.has(code)) && hasAName
      return {
        ...shared,
        level: levelWith(findings, profile),
        findings,
        daneAccepts: isLanes && isAccepted,
        until: Math.min(
          ends([...part.path, ...(part.anchor ? [part.anchor] : [])]),
          revocation.until,
        ),
      }
    }
    case 'mismatch':
    case 'unusable':
    case 'none': {
      const extra = daneFindings(dane.kind, context.tlsa)
      const findings = [...byAuthorities, ...extra]
      return {
        ...shared,
        pkixLevel: levelWith(findings, profile),
        level: levelWith(findings, profile),
        findings,
        daneAccepts: false,
        until: Math.min(ends([...certificates, ...(anchor ? [anchor] : [])]), pkix.until),
      }
    }
    default: {
      const never: never = dane
      throw new TypeError(String(never))
    }
  }
}

const NO_AUTHORITIES = trustStore([])

type Path = readonly { readonly index: number; readonly certificate: CertificateFacts }[]

function readPath(chain: readonly string[], path: readonly number[]): Path {
  return path.flatMap(index => {
    const certificate = readCertificate(chain[index] ?? '')
    return certificate === undefined ? [] : [{ index, certificate }]
  })
}

/** What OpenSSL refuses by itself; key sizes and revocation it does not look at. */
const REFUSED_BY_POSTFIX: ReadonlySet<string> = new Set([
  'cert_expired',
  'cert_not_yet_valid',
  'cert_purpose',
  'cert_constraint',
  'sig_sha1',
  'chain_self_signed',
  'chain_untrusted',
  'chain_incomplete',
])

function chainFindings(
  session: SessionFacts,
  chain: Chain,
  path: Path,
  { profile, now }: ConnectionContext,
): { readonly findings: readonly Finding[]; readonly until: number } {
  const own = [
    ...judgeKeys(chain, profile),
    ...judgeSignatures(chain, profile, now),
    ...judgeDates(chain, now),
    ...judgeUse(chain),
  ]
  const { outcome, detail } = session.trust
  if (outcome === 'trusted' && path.length > 0) {
    const below = path.filter(({ certificate }) => certificate !== chain.anchor)
    const revocation = judgeRevocation(below, session.revocation, now)
    return { findings: [...own, ...revocation.findings], until: revocation.until }
  }
  const code = outcome === 'trusted' ? 'chain_untrusted' : TRUST_CODES[outcome]
  return {
    findings: [finding(code, detail === undefined ? {} : { detail }), ...own],
    until: Infinity,
  }
}

const TRUST_CODES = {
  'self-signed': 'chain_self_signed',
  untrusted: 'chain_untrusted',
  incomplete: 'chain_incomplete',
  broken: 'chain_untrusted',
} as const

/** As OpenSSL compares names for Postfix: whole labels, one wildcard in front, no address. */
export function hasName({ x509 }: CertificateFacts, name: string): boolean {
  return (
    x509.checkHost(name, {
      subject: 'default',
      wildcards: true,
      partialWildcards: false,
      multiLabelWildcards: false,
      singleLabelSubdomains: false,
    }) !== undefined
  )
}

/** Names that are shown of a certificate that has many. */
const SHOWN_NAMES = 5

function nameEvidence(name: string, leaf: CertificateFacts | undefined): Record<string, unknown> {
  if (leaf === undefined) return { name, names: [] }
  const names = leaf.dnsNames.length > 0 ? leaf.dnsNames : [leaf.subjectText]
  const shown = names
    .slice(0, SHOWN_NAMES)
    .map(one => one.replace(/[^\x21-\x7e]/g, '?').slice(0, 100))
  return {
    name,
    names: shown,
    ...(names.length > SHOWN_NAMES ? { more: names.length - SHOWN_NAMES } : {}),
  }
}

function daneFindings(
  kind: 'mismatch' | 'unusable' | 'none',
  records: readonly TlsaRecord[],
): readonly Finding[] {
  const shown = records
    .slice(0, SHOWN_NAMES)
    .map(({ usage, selector, matchingType }) => `${usage} ${selector} ${matchingType}`)
  if (kind === 'mismatch') return [finding('dane_mismatch', { records: shown })]
  return kind === 'unusable' ? [finding('dane_unusable', { records: shown })] : []
}

/** What ended the connection before there was a session. */
function endFindings(connection: ConnectionFacts): Finding[] {
  const { end, phase, reply } = connection
  const said =
    reply === undefined ? {} : { reply: `${reply.code} ${reply.text}`.slice(0, 200).trim() }
  switch (end) {
    case 'tls':
      return []
    case 'no-starttls':
      return [finding('no_starttls')]
    case 'starttls-stripped':
      return [finding('starttls_stripped')]
    case 'smtp-4xx':
      return [finding('smtp_4xx', { phase, ...said })]
    case 'smtp-5xx':
      return [finding('smtp_5xx', { phase, ...said })]
    case 'timeout':
      return [finding('timeout', { phase })]
    case 'refused':
      return [finding('connect_refused', { phase })]
    case 'unreachable':
      return [finding('unreachable', { phase })]
    case 'closed':
      return [finding('connection_closed', { phase })]
    case 'protocol-error':
      return [finding('connection_closed', { phase, what: 'not SMTP, or more of it than may be' })]
    case 'forbidden-address':
      return [finding('no_address', { forbidden: connection.ip })]
    case 'handshake-failed':
      return connection.widerSession === undefined && connection.session === undefined
        ? [failedHandshake(connection)]
        : []
    default: {
      const never: never = end
      throw new TypeError(String(never))
    }
  }
}

function failedHandshake({ audit, tlsFailure }: ConnectionFacts): Finding {
  const spoken = Object.entries(audit?.suites ?? {}).flatMap(([protocol, suites]) =>
    suites.length > 0 ? [protocol] : [],
  )
  const isOld = spoken.length > 0 && !spoken.includes('TLSv1.2') && !spoken.includes('TLSv1.3')
  if (isOld) return finding('protocol_too_old', { protocols: spoken })
  return finding(
    'handshake_failed',
    tlsFailure === undefined ? {} : { failure: tlsFailure.slice(0, 200) },
  )
}
