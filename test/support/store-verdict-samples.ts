import type { FoundVerdict, VerdictRecord } from '../../src/store/verdicts.js'

/** A verdict as the prober saves it: qualified by one server, found at 1000, good until 100,000. */
export function sampleVerdict(
  part: Partial<VerdictRecord> = {},
  when: Partial<Omit<FoundVerdict, 'verdict'>> = {},
): FoundVerdict {
  return {
    verdict: {
      domain: 'a.example',
      level: 'qualified',
      reasons: [],
      match: ['mx.a.example'],
      spki: ['AB:CD'],
      dane: false,
      until: 100_000,
      profile: 'bsi-compatible',
      edition: '2026-01',
      ...part,
    },
    rules: 'rules',
    facts: { domain: 'a.example', probedAt: 1000 },
    probedAt: 1000,
    dueAt: 50_000,
    ...when,
  }
}

/** One that found nothing out. */
export function sampleFailure(
  code: string,
  when: Partial<Omit<FoundVerdict, 'verdict'>> = {},
): FoundVerdict {
  const reasons = [{ code, severity: 'fail', evidence: { phase: 'banner' } }] as const
  return sampleVerdict({ level: 'undetermined', reasons, match: [], spki: [] }, when)
}
