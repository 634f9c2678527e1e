import t from 'tap'
import { VerdictTally, verdictTable } from '../../src/cli/verdict-tally.js'
import { ENCRYPTED, READABLE } from '../support/policy-samples.js'

t.test('the numbers of a run', async t => {
  const tally = new VerdictTally()
  t.equal(tally.summary(), 'Files: none')
  tally.add({ file: 'a', ...READABLE })
  tally.add({ file: 'b', ...ENCRYPTED })
  tally.add({ file: 'c', ...READABLE })
  tally.add({ file: 'd', error: 'gone' })
  t.equal(tally.summary(), 'Files: 1 encrypted, 2 not-encrypted, 1 not examined')
  t.equal(tally.errors, 1)
})

t.test(
  'a table names the parts of a single file and lets nothing through to the terminal',
  async t => {
    const parts = [{ path: '1.2', system: 'zip', verdict: 'weak', why: 'old' }] as const
    const one = verdictTable([{ file: 'a\u001b[2J.eml', ...ENCRYPTED, parts }])
    t.match(one, 'part 1.2')
    t.match(one, '\\u001b[2J')
    t.notOk(one.includes('\u001b'))
    const two = verdictTable([
      { file: 'a', ...ENCRYPTED, parts },
      { file: 'b', error: 'gone' },
    ])
    t.notMatch(two, 'part 1.2')
    t.match(two, /b +│ error +│ +│ +│ +│ gone/)
  },
)

t.test('of a long path the end is shown', async t => {
  const table = verdictTable([{ file: `/${'folder/'.repeat(20)}letter.eml`, ...READABLE }])
  t.match(table, /…[a-z/]{49}letter\.eml/)
})
