import t from 'tap'
import { expand, names } from '../../../src/postfix/lanes/expand.js'
import { instanceFacts } from '../../support/postfix-instance.js'

await t.test('parameters are put in, however they are written', async t => {
  const facts = instanceFacts({ explicit: { a: '1', b: '$a 2', circle: '$circle' } })
  const cases: [string, string][] = [
    ['', ''],
    ['x', 'x'],
    ['$a', '1'],
    ['${a}, $(b)', '1, 1 2'],
    ['$nobody', '$nobody'],
    ['${a?yes}', '${a?yes}'],
    ['$circle', '$circle'],
  ]
  for (const [value, want] of cases) t.equal(expand(value, facts), want, value)
})

await t.test('a value names a parameter or does not', async t => {
  t.equal(names('x $smtpd_milters', 'smtpd_milters'), true)
  t.equal(names('${smtpd_milters}', 'smtpd_milters'), true)
  t.equal(names('$(smtpd_milters)', 'smtpd_milters'), true)
  t.equal(names('$smtpd_milters_x smtpd_milters', 'smtpd_milters'), false)
})
