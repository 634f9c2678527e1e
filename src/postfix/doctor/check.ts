import type { DoctorFacts } from './facts.js'

/** Worst first. `ok` beside a problem is a remark: nothing is wrong, but it is good to know. */
export const SEVERITIES = ['fail', 'unknown', 'warn', 'ok'] as const
export type Severity = (typeof SEVERITIES)[number]

/** One question that the doctor asks, answered from facts alone. */
export interface Check {
  /** Name for `--fix` and for monitoring; never changes. */
  readonly id: string
  /** What holds when nothing is wrong, one sentence. */
  readonly fine: string
  /** Gives what is wrong, or what could not be seen; empty when nothing is. */
  readonly look: (facts: DoctorFacts) => readonly Problem[]
}

export interface Problem {
  readonly severity: Severity
  /** One sentence: what is, and what can happen because of it. */
  readonly message: string
  readonly evidence: readonly Evidence[]
  /** What to do, one sentence; a remark may have none. */
  readonly remedy: string | undefined
  readonly fix: Fix
}

/**
 * What `--fix` does: changes of single settings, or all that setup would do. Empty when no setting of
 * Postfix repairs it.
 */
export type Fix = readonly Edit[] | 'setup'

/** Where it stands. */
export interface Evidence {
  readonly file?: string | undefined
  readonly line?: number | undefined
  /** As `name/type` in master.cf. */
  readonly service?: string | undefined
  readonly parameter?: string | undefined
  readonly value?: string | undefined
}

/** A change of main.cf or of a service in master.cf; without a value the setting is taken out. */
export interface Edit {
  /** Undefined: main.cf. */
  readonly service?: string | undefined
  readonly parameter: string
  readonly value: string | undefined
}

export interface CheckResult {
  readonly check: string
  /** That of the worst problem. */
  readonly severity: Severity
  readonly message: string
  readonly problems: readonly Problem[]
}

/** Asks every check, in order. */
export function runChecks(checks: readonly Check[], facts: DoctorFacts): readonly CheckResult[] {
  return checks.map(check => resultOf(check.id, check.fine, check.look(facts)))
}

/** Puts the problems of one check together, worst first. */
export function resultOf(check: string, fine: string, problems: readonly Problem[]): CheckResult {
  const sorted = withoutTwins(problems).sort((a, b) => rank(a.severity) - rank(b.severity))
  const [worst] = sorted
  const severity = worst?.severity ?? 'ok'
  const message = worst === undefined || severity === 'ok' ? fine : worst.message
  return Object.freeze({ check, severity, message, problems: Object.freeze(sorted) })
}

/** Services that hear of main.cf alone have the same problem at the same place: one of them will do. */
function withoutTwins(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ severity, evidence }) => {
    if (evidence.length === 0) return true
    const place = JSON.stringify([severity, evidence])
    return !seen.has(place) && seen.add(place)
  })
}

/** Position in the order of SEVERITIES. */
export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

interface Details {
  readonly at?: readonly Evidence[]
  readonly remedy?: string
  readonly fix?: Fix
}

/** Something that lets a message leave undecided or below its protection, or keeps mail from going. */
export function fail(message: string, details: Details): Problem {
  return problem('fail', message, details)
}

/** Something that is not as it should be, though nothing leaks by it. */
export function warn(message: string, details: Details): Problem {
  return problem('warn', message, details)
}

/** Something that could not be looked at. */
export function unknown(message: string, details: Details): Problem {
  return problem('unknown', message, details)
}

/** Something that is right and good to know. */
export function remark(message: string, at: readonly Evidence[] = []): Problem {
  return problem('ok', message, { at })
}

function problem(severity: Severity, message: string, details: Details): Problem {
  const { at = [], remedy, fix = [] } = details
  return Object.freeze({ severity, message, evidence: at, remedy, fix })
}
