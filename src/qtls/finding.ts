import { REASON_CODES, type ReasonCode } from './reason-codes.js'
import { severityIn, type TlsProfile } from './tls-profile.js'
import { SEVERITIES, type DomainVerdict, type Reason, type Severity } from './verdict-model.js'

/** What a check found, before anybody says how bad it is. */
export interface Finding {
  readonly code: ReasonCode
  readonly host?: string | undefined
  readonly ip?: string | undefined
  readonly evidence: Readonly<Record<string, unknown>>
}

export type VerdictLevel = DomainVerdict['level']

export const finding = (
  code: ReasonCode,
  evidence: Readonly<Record<string, unknown>> = {},
): Finding => Object.freeze({ code, evidence: Object.freeze(evidence) })

/** Better levels have the higher number; what could not be tested is none of them. */
export const RANK: Readonly<Record<Exclude<VerdictLevel, 'undetermined'>, number>> = {
  none: 0,
  mandatory: 1,
  qualified: 2,
}

export const severityOf = (profile: TlsProfile, code: ReasonCode): Severity =>
  severityIn(profile, code) ?? REASON_CODES[code].severity

/** The highest level that a server can have with these findings. */
export function levelWith(findings: readonly Finding[], profile: TlsProfile): VerdictLevel {
  let level: VerdictLevel = 'qualified'
  for (const { code } of findings) {
    if (severityOf(profile, code) !== 'fail') continue
    const { best } = REASON_CODES[code]
    if (best === 'unchanged') continue
    // A profile that makes more of a code than the catalogue does takes the server out.
    level = worse(level, best === 'qualified' ? 'mandatory' : best)
  }
  return level
}

/** What could not be tested outweighs what is good, and what is bad for sure outweighs that. */
export function worse(a: VerdictLevel, b: VerdictLevel): VerdictLevel {
  if (a === b) return a
  if (a === 'undetermined') return b === 'qualified' ? a : b
  if (b === 'undetermined') return a === 'qualified' ? b : a
  return RANK[a] < RANK[b] ? a : b
}

/** The findings as reasons, worst first, each only once. */
export function reasonsOf(findings: readonly Finding[], profile: TlsProfile): readonly Reason[] {
  const seen = new Set<string>()
  const reasons = findings.map(({ code, host, ip, evidence }): Reason => {
    const where = { ...(host === undefined ? {} : { host }), ...(ip === undefined ? {} : { ip }) }
    return Object.freeze({ code, severity: severityOf(profile, code), ...where, evidence })
  })
  const once = reasons.filter(reason => {
    const key = JSON.stringify(reason)
    return !seen.has(key) && seen.add(key)
  })
  const weight = ({ severity }: Reason): number => SEVERITIES.indexOf(severity)
  return Object.freeze(once.sort((a, b) => weight(a) - weight(b)))
}
