import { GatewayError } from '../errors.js'
import { ACTIONS, type Action } from './model.js'
import { proveTable } from './prove-table.js'
import { SITUATION_VALUES, type Situation } from './situation.js'
import type { TableRow } from './table-row.js'

export interface DecisionTable {
  readonly file: string
  readonly rows: readonly TableRow[]
}

const CONDITIONS = Object.keys(SITUATION_VALUES) as (keyof Situation)[]
const COLUMNS = ['row', ...CONDITIONS, 'action', 'why']

/** What a row of the table may say: handing over names a product, and only a rule can do that. */
const TABLE_ACTIONS: readonly Action[] = ACTIONS.filter(action => action !== 'hand-over')

/**
 * Reads the text of a decision table and proves it: every situation has a row, no row is dead.
 *
 * Shape   tab-separated; first line the column names, then one row a line; `#` starts a comment.
 * Throws  ERR_POLICY_TABLE with every problem as `file:line: what`.
 */
export function parseTable(text: string, file: string): DecisionTable {
  const problems: string[] = []
  const rows: TableRow[] = []
  let headSeen = false
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '')
    if (line.trim() === '' || line.startsWith('#')) continue
    const cells = line.split('\t').map(cell => cell.trim())
    if (!headSeen) {
      headSeen = true
      if (cells.join() !== COLUMNS.join())
        problems.push(
          `${file}:${index + 1}: the first line must name the columns ${COLUMNS.join(', ')}`,
        )
      continue
    }
    const row = parseRow(cells, index + 1, problem =>
      problems.push(`${file}:${index + 1}: ${problem}`),
    )
    if (row !== undefined) rows.push(row)
  }
  const names = new Map<string, number>()
  for (const { name, line } of rows) {
    const first = names.get(name)
    if (first !== undefined)
      problems.push(`${file}:${line}: ${name} stands on line ${first} already`)
    else names.set(name, line)
  }
  // A table with unreadable lines has gaps that are only their consequence.
  if (problems.length === 0) problems.push(...proveTable(rows, file))
  if (problems.length > 0)
    throw new GatewayError('ERR_POLICY_TABLE', { problems: problems.join('\n') })
  return Object.freeze({ file, rows: Object.freeze(rows) })
}

function parseRow(
  cells: readonly string[],
  line: number,
  complain: (problem: string) => void,
): TableRow | undefined {
  if (cells.length !== COLUMNS.length) {
    complain(`${cells.length} columns where ${COLUMNS.length} are wanted`)
    return undefined
  }
  let sound = true
  const wrong = (problem: string): void => {
    sound = false
    complain(problem)
  }
  const [name = '', ...rest] = cells
  const [action = '', why = ''] = rest.slice(CONDITIONS.length)
  if (!/^[a-z][a-z-]*\.\d+$/.test(name)) wrong(`${quoted(name)} is no row name like high.2`)
  if (!isOneOf(TABLE_ACTIONS, action))
    wrong(`${quoted(action)} is none of ${TABLE_ACTIONS.join(', ')}`)
  if (why === '') wrong('the last column must say why')
  const when = Object.fromEntries(
    CONDITIONS.map((column, at) => [
      column,
      parseCell(column, SITUATION_VALUES[column], String(rest[at]), wrong),
    ]),
  ) as unknown as TableRow['when']
  return sound ? Object.freeze({ name, line, when, action: action as Action, why }) : undefined
}

function parseCell(
  column: string,
  known: readonly string[],
  cell: string,
  complain: (problem: string) => void,
): ReadonlySet<string> {
  if (cell === '*') return new Set(known)
  const values = cell.split(',').map(value => value.trim())
  for (const value of values) {
    if (!known.includes(value))
      complain(`${column} ${quoted(value)} is none of ${known.join(', ')}, *`)
  }
  return new Set(values)
}

function isOneOf<Value extends string>(known: readonly Value[], text: string): text is Value {
  return (known as readonly string[]).includes(text)
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}
