import { join } from 'node:path'
import { entryOf, parseCf, type Piece } from '../setup/cf-file.js'
import type { CheckResult, Evidence, Problem } from './check.js'
import type { DoctorFacts } from './facts.js'

/** Adds to the evidence of each problem the line on which it stands in main.cf or master.cf. */
export function withLines(
  results: readonly CheckResult[],
  { postfix, files }: Pick<DoctorFacts, 'postfix' | 'files'>,
): readonly CheckResult[] {
  const pieces = new Map<string, readonly Piece[]>([
    [join(postfix.configDirectory, 'main.cf'), parseCf(files.mainCf, 'main')],
    [join(postfix.configDirectory, 'master.cf'), parseCf(files.masterCf, 'master')],
  ])
  const located = (evidence: Evidence): Evidence => {
    const { file = '', line, service, parameter } = evidence
    const key = service ?? parameter
    if (line !== undefined || key === undefined) return evidence
    const found = entryOf(pieces.get(file) ?? [], key)?.line
    return found === undefined ? evidence : { ...evidence, line: found }
  }
  const withLine = (problem: Problem): Problem => ({
    ...problem,
    evidence: problem.evidence.map(located),
  })
  return results.map(result => ({ ...result, problems: result.problems.map(withLine) }))
}
