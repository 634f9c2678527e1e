import { auditRemarks } from './audit-remarks.js'
import { readCertificate } from './certificate.js'
import type { ConnectionFacts, DomainFacts } from './facts.js'
import { outsideText } from './outside-text.js'
import { isReasonCode, REASON_CODES } from './reason-codes.js'
import type { ReasonKind } from './reason-kind.js'
import type { TlsProfile } from './tls-profile.js'
import type { Binding, BindingGain, DomainVerdict, Reason, Severity } from './verdict-model.js'

/** A verdict as people read it: whoever runs the servers of the domain can act on it. */
export interface DomainReport {
  readonly title: string
  readonly summary: string
  /** Pairs of what and how much: profile, times, servers. */
  readonly about: readonly (readonly [string, string])[]
  readonly findings: readonly ReportFinding[]
  readonly servers: readonly ReportServer[]
  readonly bindings: readonly ReportBinding[]
  /** Where the rules are laxer or stricter than the guideline, and what they rest on. */
  readonly rules: readonly string[]
}

export interface ReportFinding {
  readonly severity: Severity
  readonly code: string
  /** Server and address; empty: the domain as a whole. */
  readonly where: string
  readonly what: string
  readonly evidence: readonly string[]
  readonly rule: string
  readonly remedy: string
}

export interface ReportServer {
  readonly name: string
  readonly level: string
  readonly lines: readonly string[]
}

export interface ReportBinding {
  readonly what: string
  readonly state: string
  readonly gain: string
}

const LEVELS: Readonly<Record<DomainVerdict['level'], string>> = {
  qualified:
    'qualified: mail goes only to servers that are authenticated and encrypt as the rules demand',
  mandatory:
    'mandatory: mail can be sent encrypted, but not to servers that are known to be the right ones',
  none: 'none: mail cannot be sent encrypted to every server',
  undetermined: 'undetermined: it could not be found out',
}

const BINDINGS: Readonly<Record<Binding, string>> = {
  dnssec: 'DNSSEC signatures over MX and address records',
  dane: 'TLSA records (DANE)',
  'mta-sts': 'an MTA-STS policy in enforce mode (it vouches for names, not for addresses)',
  confirmation: 'confirmation by an administrator of the sender',
  'own-name': 'servers named within the domain, with a certificate for that name',
  agreement: 'several independent resolvers that agree for a while',
}

/** Lines about one server; more addresses than this are not listed. */
const MAX_LINES = 20

/** Puts a verdict, the facts that it was made from and its rules into words. */
export function domainReport(
  verdict: DomainVerdict,
  facts: DomainFacts,
  profile: TlsProfile,
): DomainReport {
  const { domain, level, match, dane } = verdict
  const about: DomainReport['about'] = [
    ['Looked at', time(facts.probedAt)],
    ['Holds until', time(verdict.until)],
    ['TLS profile', `${verdict.profile} (${verdict.edition})`],
    ['Servers that pass', match.length === 0 ? 'none' : match.join(', ')],
    ['Authenticated by', match.length === 0 ? '–' : dane ? 'TLSA records' : 'certificates'],
  ]
  return Object.freeze({
    title: `Protection of mail to ${outsideText(domain)} on its way`,
    summary: LEVELS[level],
    about,
    findings: verdict.reasons.map(findingOf),
    servers: facts.hosts.map(host => {
      const own = verdict.hosts.find(one => one.host === host.host)
      const lines = host.connections.flatMap(one => connectionLines(one, profile, facts.probedAt))
      return {
        name: outsideText(host.host),
        level: own?.level ?? 'undetermined',
        lines: lines.slice(0, MAX_LINES),
      }
    }),
    bindings: verdict.bindings.map(one => bindingOf(one, verdict)),
    rules: rulesOf(profile),
  })
}

const time = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

function findingOf({ code, severity, host, ip, evidence }: Reason): ReportFinding {
  const kind: ReasonKind | undefined = isReasonCode(code) ? REASON_CODES[code] : undefined
  const where = [host, ip].filter(one => one !== undefined).map(one => outsideText(one))
  return {
    severity,
    code,
    where: where.join(', '),
    what: kind?.sentence ?? code,
    evidence: Object.entries(evidence).map(([name, value]) => `${name}: ${shown(value)}`),
    rule: kind?.rule ?? '',
    remedy: kind?.remedy ?? '',
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.slice(0, 10).map(shown).join(', ')
  if (typeof value === 'string') return outsideText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return outsideText(JSON.stringify(value) ?? '')
}

function connectionLines(
  { ip, end, phase, session, widerSession, audit }: ConnectionFacts,
  profile: TlsProfile,
  now: number,
): readonly string[] {
  const seen = session ?? widerSession
  if (seen === undefined) return [`${ip}: ${end} at ${phase}`]
  const { protocol, suite, group } = seen
  const over = group === undefined ? '' : ` over ${outsideText(group)}`
  const how = session === undefined ? ', which the lane qtls does not offer' : ''
  const lines = [`${ip}: ${outsideText(protocol)}, ${outsideText(suite)}${over}${how}`]
  const leaf = readCertificate(seen.chain[0] ?? '')
  if (leaf !== undefined) {
    const { type, bits } = leaf.key
    lines.push(
      `${ip}: certificate ${leaf.subjectText} of ${leaf.issuerText}, ${type} key of ${bits} bits, until ${time(leaf.notAfter)}`,
    )
  }
  if (audit !== undefined)
    lines.push(...auditRemarks(audit, profile, now).map(remark => `${ip}: ${remark}`))
  return lines
}

function bindingOf(
  { binding, counts, hosts, level, levelIfHeld }: BindingGain,
  verdict: DomainVerdict,
): ReportBinding {
  const all = verdict.hosts.length
  const held =
    hosts.length === 0
      ? 'not there'
      : hosts.length === all
        ? 'there'
        : `there for ${hosts.join(', ')}`
  const gain = ((): string => {
    if (counts && hosts.length > 0) return 'counts'
    if (level !== verdict.level) return `would make the domain ${level} if it counted`
    if (levelIfHeld !== verdict.level && hosts.length < all)
      return `would make the domain ${levelIfHeld} if it were there${counts ? '' : ' and counted'}`
    return 'would change nothing'
  })()
  return { what: BINDINGS[binding], state: held, gain }
}

function rulesOf({ name, about, guideline, departures }: TlsProfile): readonly string[] {
  const entries = [
    guideline.suite,
    guideline.group,
    guideline.signature_scheme,
    guideline.key,
  ].flat()
  const unchecked = entries.filter(({ checked }) => !checked).length
  const which = unchecked === entries.length ? 'no entry was' : 'not every entry was'
  return [
    `${name}: ${about}.`,
    ...departures.map(
      ({ code, severity, reason }) =>
        `Departs from the guideline: ${code} is ${severity}, because ${reason}.`,
    ),
    ...(unchecked > 0
      ? [
          `The data of ${guideline.name}, ${guideline.edition}, was put together from other sources; ${which} checked against the guideline's own text.`,
        ]
      : []),
  ]
}
