import t from 'tap'
import { insertStatement, parametersOf } from '../../src/store/postgres-insert.js'
import { CHILD_COLUMNS, CHILD_NAMES, MESSAGE_COLUMNS } from '../../src/store/rows.js'
import { sampleRecord } from '../support/store-records.js'

void t.test('a batch becomes four lists of rows, whatever its size', async t => {
  const records = [sampleRecord(), sampleRecord({ customer: 'clinic' })]
  const customers = new Map([
    ['default', 3],
    ['clinic', 4],
  ])
  const lists = parametersOf(records, customers).map(text => JSON.parse(text) as unknown[][])
  t.equal(lists.length, 1 + CHILD_NAMES.length)
  t.same(
    lists[0]?.map(row => [row[0], row[1], row.length]),
    records.map((record, index) => [index + 3, record.reference, 1 + MESSAGE_COLUMNS.length]),
  )
  CHILD_NAMES.forEach((name, index) => {
    const rows = lists[index + 1] ?? []
    t.ok(rows.length > 0)
    for (const row of rows) t.equal(row.length, 2 + CHILD_COLUMNS[name].length, name)
  })
})

void t.test('values reach the server as parameters, never in the statement', async t => {
  t.same(insertStatement.match(/\$\d/g), ['$1', '$2', '$3', '$4'])
  t.match(insertStatement, /\(row->>\d+\)::bigint/)
  const record = sampleRecord({ sender: "'); drop table message; --" })
  const [messages] = parametersOf([record], new Map([['default', 1]]))
  t.equal((JSON.parse(messages ?? '') as unknown[][])[0]?.[5], record.sender)
})
