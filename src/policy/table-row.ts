import type { Action } from './model.js'
import type { Situation } from './situation.js'

/** A row of the decision table: what must hold, and what is then done. */
export interface TableRow {
  /** Such as `high.2`; stands in every record of a decision that it made. */
  readonly name: string
  /** Line in the file, from 1. */
  readonly line: number
  readonly when: { readonly [Column in keyof Situation]: ReadonlySet<Situation[Column]> }
  readonly action: Action
  readonly why: string
}

/** The first row that matches; undefined only for a table that was never proved. */
export function rowFor(rows: readonly TableRow[], situation: Situation): TableRow | undefined {
  return rows.find(
    ({ when }) =>
      when.class.has(situation.class) &&
      when.level.has(situation.level) &&
      when.content.has(situation.content) &&
      when.waited.has(situation.waited) &&
      when.kind.has(situation.kind) &&
      when.strength.has(situation.strength) &&
      when.coverage.has(situation.coverage),
  )
}
