import type { DomainVerdict, Severity } from './verdict-model.js'

/** What a code says about a domain, and what can be done about it. */
export interface ReasonKind {
  readonly severity: Severity
  /**
   * Highest level that a domain can have while the reason stands for every server that could be
   * used. `unchanged`: the verdict from before stays as long as it holds.
   */
  readonly best: DomainVerdict['level'] | 'unchanged'
  /** One sentence for people. */
  readonly sentence: string
  /** What the postmaster of the other side can do, one sentence; empty when there is nothing. */
  readonly remedy: string
  /** What demands it. */
  readonly rule: string
}
