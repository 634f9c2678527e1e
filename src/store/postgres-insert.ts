import {
  CHILD_COLUMNS,
  CHILD_NAMES,
  MESSAGE_COLUMNS,
  toRows,
  type ChildName,
  type Value,
} from './rows.js'
import type { MessageRecord } from './store.js'

/** Columns that are not text. */
const TYPES: Readonly<Record<string, string>> = {
  at: 'bigint',
  size_bytes: 'bigint',
  took_ms: 'double precision',
  seen_count: 'double precision',
}

/**
 * Writes a whole batch in one statement, hence in one transaction and one round trip. Its
 * parameters are JSON arrays of rows, so that the text is the same for every batch and the server
 * plans it once for each connection.
 *
 * Shape   $1 messages: customer's number, then MESSAGE_COLUMNS. $2 to $4 the lists: reference of
 *         the message, position, then CHILD_COLUMNS.
 */
export const insertStatement = [
  `with written as (
     insert into message (customer_id, ${MESSAGE_COLUMNS.join(', ')})
     select (row->>0)::bigint, ${fieldsFrom(1, MESSAGE_COLUMNS)} from json_array_elements($1::json) as row
     returning id, customer_id, reference)`,
  ...CHILD_NAMES.map(
    (name, index) =>
      `, written_${name} as (
     insert into ${name} (customer_id, message, position, ${CHILD_COLUMNS[name].join(', ')})
     select customer_id, id, (row->>1)::integer, ${fieldsFrom(2, CHILD_COLUMNS[name])}
     from json_array_elements($${index + 2}::json) as row join written on reference = row->>0)`,
  ),
  ' select count(*) from written',
].join('')

/** The four parameters of `insertStatement`. */
export function parametersOf(
  records: readonly MessageRecord[],
  customers: ReadonlyMap<string, number>,
): string[] {
  const messages: Value[][] = []
  const children: Record<ChildName, Value[][]> = { recipient: [], label: [], finding: [] }
  for (const record of records) {
    const rows = toRows(record)
    messages.push([customers.get(record.customer) ?? null, ...rows.message])
    for (const name of CHILD_NAMES) {
      rows.children[name].forEach((row, position) => {
        children[name].push([record.reference, position, ...row])
      })
    }
  }
  return [messages, ...CHILD_NAMES.map(name => children[name])].map(rows => JSON.stringify(rows))
}

function fieldsFrom(start: number, columns: readonly string[]): string {
  return columns
    .map((column, index) => {
      const type = TYPES[column]
      return `${type === undefined ? '' : '('}row->>${start + index}${type === undefined ? '' : `)::${type}`}`
    })
    .join(', ')
}
