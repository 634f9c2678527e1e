import { everySituation, type Situation } from './situation.js'
import { rowFor, type TableRow } from './table-row.js'

/**
 * Proves a table by trying every situation there is (8,100): each must meet a row, and each row
 * must be the first match of some situation.
 *
 * Gives   the problems as `file:line: what`; none for a sound table. Of the situations without a
 *         row only the first is named.
 */
export function proveTable(rows: readonly TableRow[], file: string): readonly string[] {
  const used = new Set<TableRow>()
  const gaps: Situation[] = []
  for (const situation of everySituation()) {
    const row = rowFor(rows, situation)
    if (row === undefined) gaps.push(situation)
    else used.add(row)
  }
  const problems = rows
    .filter(row => !used.has(row))
    .map(
      ({ line, name }) => `${file}:${line}: ${name} can never fire, rows above it take everything`,
    )
  const [gap] = gaps
  if (gap !== undefined) {
    const where = Object.entries(gap).map(([column, value]) => `${column}=${value}`)
    problems.push(`${file}: no row for ${gaps.length} situations, the first is ${where.join(' ')}`)
  }
  return problems
}
