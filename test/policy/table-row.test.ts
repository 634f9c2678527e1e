import t from 'tap'
import { everySituation } from '../../src/policy/situation.js'
import { rowFor } from '../../src/policy/table-row.js'
import { shippedTable } from '../support/policy-samples.js'

t.test('the first row that matches is taken', async t => {
  const [situation] = everySituation()
  if (situation === undefined) throw new Error('there is a situation')
  const [first, ...rest] = shippedTable.rows
  if (first === undefined) throw new Error('there is a row')
  const catchAll = { ...first, when: { ...first.when, level: new Set([situation.level]) } }
  t.equal(rowFor([catchAll, ...rest], situation), catchAll)
  t.equal(rowFor([], situation), undefined)
})

t.test('every column can keep a row from matching', async t => {
  const [situation] = everySituation()
  const row = shippedTable.rows.find(({ name }) => name === 'internal.1')
  if (situation === undefined || row === undefined) throw new Error('sample is missing')
  const open = { ...row, when: { ...row.when, level: new Set([situation.level]) } }
  t.equal(rowFor([open], situation), open)
  const columns = Object.keys(open.when)
  for (const column of columns) {
    const closed = { ...open, when: { ...open.when, [column]: new Set() } }
    t.equal(rowFor([closed], situation), undefined, column)
  }
  t.equal(columns.length, 7)
})
