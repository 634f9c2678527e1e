import { LANE_HEADER, REFERENCE_HEADER } from '../../../policy/lanes.js'
import { fail, resultOf, unknown, warn, type CheckResult, type Problem } from '../check.js'
import type { LoggedTrial } from './log-lines.js'
import type { Arrival } from './receivers.js'
import { recipientOf, type Target, type Trial } from './trials.js'

/** A trial with all that came of it. */
export interface Tried {
  readonly trial: Trial
  readonly logged: LoggedTrial
  /** Where the message arrived; more than once is possible. */
  readonly arrivals: readonly Arrival[]
  /** Whether the lane has a fallback relay. */
  readonly handsBack: boolean
}

/** What a trial shows: a result as of a check, with the lines of the log. */
export interface ProbeResult extends CheckResult {
  readonly lines: readonly string[]
}

const SERVERS: Readonly<Record<Target, string>> = {
  plain: 'a server without TLS',
  tls: 'a server whose certificate proves nothing',
}

/** Judges one trial: what has to be refused must not arrive, what has to arrive must arrive whole. */
export function judge(tried: Tried): ProbeResult {
  const { trial, logged } = tried
  const { lane, target, expect } = trial
  const server = SERVERS[target]
  const fine =
    expect === 'sent'
      ? `Lane ${lane} delivers to ${server}.`
      : `Lane ${lane} does not deliver to ${server}${tried.handsBack ? ', and hands the message back' : ', and keeps the message'}.`
  const result = resultOf(`probe-${lane}-${target}`, fine, problemsOf(tried, server))
  return { ...result, lines: logged.lines }
}

function problemsOf(tried: Tried, server: string): readonly Problem[] {
  const { trial, logged, arrivals, handsBack } = tried
  const at = [{ value: recipientOf(trial) }]
  const remedy = 'Read the lines of the log, and run `postseal setup postfix`.'
  const there = arrivals.find(({ role }) => role === trial.target)
  const back = arrivals.some(({ role }) => role === 'fallback')
  if (logged.lines.length === 0) {
    return [unknown(`Lane ${trial.lane} said nothing about the probe.`, { at, remedy })]
  }
  if (trial.expect === 'refused') {
    if (there !== undefined) {
      return [fail(`Lane ${trial.lane} delivered to ${server}.`, { at, remedy })]
    }
    if (handsBack && !back) {
      return [warn(`Lane ${trial.lane} did not hand the message back.`, { at, remedy })]
    }
    return []
  }
  if (there === undefined) {
    return [fail(`Lane ${trial.lane} did not deliver to ${server}.`, { at, remedy })]
  }
  return headerProblems(trial, there, { at, remedy })
}

function headerProblems(
  { lane, target }: Trial,
  { message, encrypted }: Arrival,
  details: Parameters<typeof fail>[1],
): readonly Problem[] {
  const header = message.split(/\r?\n\r?\n/)[0] ?? ''
  const has = (name: string): boolean => new RegExp(`^${name}:`, 'im').test(header)
  const problems: Problem[] = []
  if (target === 'tls' && lane !== 'split' && !encrypted) {
    problems.push(warn(`Lane ${lane} did not use the TLS that it was offered.`, details))
  }
  if (has(LANE_HEADER)) problems.push(fail(`Lane ${lane} lets its header out.`, details))
  if (!has(REFERENCE_HEADER)) {
    problems.push(fail(`Lane ${lane} loses the reference header.`, details))
  }
  return problems
}
