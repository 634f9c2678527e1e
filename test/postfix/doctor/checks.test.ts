import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runChecks } from '../../../src/postfix/doctor/check.js'
import { CHECKS } from '../../../src/postfix/doctor/checks.js'
import { doctorFacts } from '../../support/doctor-facts.js'
import { ROOT } from '../../support/tree-sources.js'

t.test('nothing is wrong with an instance as setup leaves it', async t => {
  const wrong = runChecks(CHECKS, doctorFacts()).filter(({ severity }) => severity !== 'ok')
  t.strictSame(wrong, [])
})

t.test('every check has a name of its own and says what holds', async t => {
  const ids = CHECKS.map(({ id }) => id)
  t.strictSame(
    ids.filter((id, at) => ids.indexOf(id) !== at),
    [],
  )
  for (const { id, fine } of CHECKS) {
    t.match(id, /^[a-z]+(?:-[a-z]+)*$/)
    t.match(fine, /^[A-Z].*\.$/s, id)
  }
  t.ok(ids.length > 40, `${ids.length} checks`)
})

t.test('the manual lists every check, in the words of the check', async t => {
  const manual = readFileSync(join(ROOT, 'docs/guide/doctor.md'), 'utf8')
  const rows = [...manual.matchAll(/^\| `([a-z-]+)` \| ([A-Z].*\.) \|$/gm)]
  const listed = new Map(rows.map(([, id, fine]) => [id, fine]))
  t.equal(listed.size, rows.length)
  t.strictSame(listed, new Map(CHECKS.map(({ id, fine }) => [id, fine])))
})
