import t from 'tap'
import { RISK_CLASSES } from '../../src/policy/model.js'
import { everySituation } from '../../src/policy/situation.js'
import { rowFor } from '../../src/policy/table-row.js'
import { shippedTable } from '../support/policy-samples.js'

// Reading the table proves that it is total and has no dead row (test/policy/table.test.ts).
const { rows } = shippedTable

t.test('each class ends in a row that takes everything and never delivers', async t => {
  for (const name of RISK_CLASSES) {
    const last = rows.filter(row => row.name.startsWith(`${name}.`)).at(-1)
    t.same([...(last?.when.class ?? [])], [name])
    t.equal(last?.action, 'seal')
    const { class: riskClass, ...others } = last?.when ?? { class: new Set() }
    t.equal(riskClass.size, 1)
    const open = Object.values(others).map(values => values.size)
    t.same(open, [6, 5, 2, 5, 3, 5], `${name}: every column is open`)
  }
})

t.test('a row of one class speaks of no other', async t => {
  const wrong = rows.filter(({ name, when }) => {
    const [prefix = ''] = name.split('.')
    return prefix !== 'internal' && !(when.class.size === 1 && [...when.class].join() === prefix)
  })
  t.same(wrong, [])
  t.ok(rows.length > 3)
})

t.test('content that is unknown, weak, partial or readable never counts as encrypted', async t => {
  let seen = 0
  for (const situation of everySituation()) {
    if (situation.content === 'encrypted') continue
    const plain = rowFor(rows, {
      ...situation,
      content: 'not-encrypted',
      strength: 'none',
      coverage: 'none',
    })
    if (rowFor(rows, situation) !== plain) t.fail(JSON.stringify(situation))
    seen += 1
  }
  t.equal(seen, 6480)
})

t.test('a claim about the kind of mail never makes the outcome laxer', async t => {
  const strictness = ['deliver', 'wait', 'seal', 'reject']
  let seen = 0
  for (const situation of everySituation()) {
    const here = rowFor(rows, situation)?.action ?? ''
    const ordinary = rowFor(rows, { ...situation, kind: 'ordinary' })?.action ?? ''
    if (strictness.indexOf(here) < strictness.indexOf(ordinary)) t.fail(JSON.stringify(situation))
    seen += 1
  }
  t.equal(seen, 8100)
})

t.test('what nobody can be asked about, or has to open by hand, is never sealed', async t => {
  for (const situation of everySituation()) {
    if (!['auto-reply', 'report', 'mdn', 'list'].includes(situation.kind)) continue
    if (rowFor(rows, situation)?.action === 'seal') t.fail(JSON.stringify(situation))
  }
  t.pass('none of them')
})
