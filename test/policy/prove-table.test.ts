import t from 'tap'
import { proveTable } from '../../src/policy/prove-table.js'
import { shippedTable } from '../support/policy-samples.js'

t.test('a sound table has no problems', async t => {
  t.same(proveTable(shippedTable.rows, 'f'), [])
})

t.test('a table that loses a last row has a gap', async t => {
  const last = shippedTable.rows.filter(({ name }) => name !== 'normal.8')
  t.match(proveTable(last, 'f'), [
    /^f: no row for 120 situations, the first is class=normal kind=ordinary level=none waited=no content=weak strength=strong coverage=whole$/,
  ])
})

t.test('a row behind one that takes everything is dead', async t => {
  const [first] = shippedTable.rows
  if (first === undefined) throw new Error('there is a row')
  t.same(proveTable([...shippedTable.rows, { ...first, name: 'internal.2', line: 99 }], 'f'), [
    'f:99: internal.2 can never fire, rows above it take everything',
  ])
})
