import t from 'tap'
import { asSetUp } from '../../../src/postfix/doctor/as-set-up.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const MAIN = '/etc/postfix/main.cf'
const changed = (conflicts: readonly string[] = []): Case[1] => ({
  facts: {
    setup: {
      seen: true,
      value: { changes: [{ path: MAIN, key: 'default_transport' }], conflicts },
    },
  },
})

t.test('what is not as setup writes it', t =>
  checkCases(t, [asSetUp], 'setup', [
    ['one entry', changed(), ['warn 1 entries and files are not as setup writes them.']],
    [
      'nobody could look',
      { facts: { setup: { seen: false, reason: 'permission denied' } } },
      ['unknown What setup would change is not known: permission denied.'],
    ],
  ]),
)

t.test('setup repairs it, unless something keeps it from doing so', async t => {
  t.match(resultFor([asSetUp], 'setup', changed()).problems, [{ fix: 'setup' }])
  t.match(resultFor([asSetUp], 'setup', changed(['main.cf:7: relayhost is set.'])).problems, [
    { fix: [], remedy: /before it can change anything: main\.cf:7: relayhost is set\.$/ },
  ])
})
