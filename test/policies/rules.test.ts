import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import t from 'tap'
import { compileRules } from '../../src/policy/rules.js'
import { ROOT } from '../support/tree-sources.js'

const FILE = join(ROOT, 'policies/rules.example.toml')

t.test('every rule of the example can be used as it stands', async t => {
  const { rule } = parse(readFileSync(FILE, 'utf8'))
  if (!Array.isArray(rule)) throw new Error('the example has no [[rule]] tables')
  const { actions, classes } = compileRules(rule, () => 'rules.example.toml')
  t.equal(actions.length + classes.length, rule.length)
  t.same(
    actions.filter(({ reason }) => reason !== undefined).map(({ name }) => name),
    ['hospital', 'health-network'],
  )
})
