import t from 'tap'
import {
  fail,
  rank,
  remark,
  resultOf,
  runChecks,
  unknown,
  warn,
  type Check,
} from '../../../src/postfix/doctor/check.js'
import { doctorFacts } from '../../support/doctor-facts.js'

t.test('a check without problems says what holds', async t => {
  t.strictSame(resultOf('a-check', 'All is well.', []), {
    check: 'a-check',
    severity: 'ok',
    message: 'All is well.',
    problems: [],
  })
})

t.test('the worst problem gives a check its severity and its words', async t => {
  const at = [{ parameter: 'x' }]
  const problems = [
    remark('a remark'),
    warn('a warning', { at, remedy: 'R.' }),
    unknown('not seen', { at, remedy: 'R.' }),
    fail('a failure', { at, remedy: 'R.' }),
  ]
  const result = resultOf('a-check', 'All is well.', problems)
  t.match(result, { severity: 'fail', message: 'a failure' })
  t.strictSame(
    result.problems.map(({ message }) => message),
    ['a failure', 'not seen', 'a warning', 'a remark'],
  )
})

t.test('a remark alone leaves a check in order', async t => {
  const result = resultOf('a-check', 'All is well.', [remark('good to know')])
  t.match(result, { severity: 'ok', message: 'All is well.' })
  t.equal(result.problems.length, 1)
})

t.test('the same problem at the same place is said once', async t => {
  const at = [{ file: 'main.cf', parameter: 'x' }]
  const twice = [fail('for one', { at }), fail('for another', { at }), fail('elsewhere', {})]
  t.strictSame(
    resultOf('a-check', '', twice).problems.map(({ message }) => message),
    ['for one', 'elsewhere'],
  )
})

t.test('severities are in order', async t => {
  t.ok(rank('fail') < rank('unknown'))
  t.ok(rank('unknown') < rank('warn'))
  t.ok(rank('warn') < rank('ok'))
})

t.test('every check is asked, in order', async t => {
  const check = (id: string): Check => ({ id, fine: 'Fine.', look: () => [] })
  const results = runChecks([check('one'), check('two')], doctorFacts())
  t.strictSame(
    results.map(({ check }) => check),
    ['one', 'two'],
  )
})
