import t from 'tap'
import { everySituation, SITUATION_VALUES } from '../../src/policy/situation.js'

t.test('every situation comes once', async t => {
  const all = [...everySituation()].map(situation => JSON.stringify(situation))
  t.equal(all.length, 3 * 6 * 6 * 5 * 3 * 5)
  t.equal(new Set(all).size, all.length)
})

t.test('every value of every column occurs', async t => {
  const seen = new Map<string, Set<string>>()
  for (const situation of everySituation()) {
    for (const [column, value] of Object.entries(situation)) {
      if (!seen.has(column)) seen.set(column, new Set())
      seen.get(column)?.add(value)
    }
  }
  for (const [column, values] of Object.entries(SITUATION_VALUES))
    t.same([...(seen.get(column) ?? [])].sort(), [...values].sort(), column)
  t.equal(seen.size, 7)
})

t.test('only an undetermined domain can have been waited for', async t => {
  const waited = [...everySituation()].filter(situation => situation.waited === 'yes')
  t.ok(waited.length > 0)
  t.ok(waited.every(({ level }) => level === 'undetermined'))
})
