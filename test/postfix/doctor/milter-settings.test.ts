import t from 'tap'
import { MILTER_SETTING_CHECKS } from '../../../src/postfix/doctor/milter-settings.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const OURS = 'unix:/run/postseal/milter.sock'
const withAction = (action: string): string => `{ ${OURS}, default_action=${action} }`

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'milter-default-action': [
    [
      'accept, for an entry without an action of its own',
      {
        main: {
          smtpd_milters: OURS,
          non_smtpd_milters: `{ ${OURS}, default_action=tempfail }`,
          milter_default_action: 'accept',
        },
      },
      ['fail smtp/inet passes mail without a decision while the milter is down (accept).'],
    ],
    ['accept for others only', { main: { milter_default_action: 'accept' } }, []],
    [
      'accept in the entry of ours',
      { main: { smtpd_milters: withAction('accept'), non_smtpd_milters: withAction('tempfail') } },
      ['fail smtp/inet passes mail without a decision while the milter is down (accept).'],
    ],
    [
      'reject',
      { main: { smtpd_milters: withAction('reject'), non_smtpd_milters: withAction('tempfail') } },
      ['warn While the milter is down smtp/inet does not defer mail (reject).'],
    ],
    [
      'quarantine for local mail',
      { main: { non_smtpd_milters: withAction('quarantine') } },
      ['fail cleanup/unix passes mail without a decision while the milter is down (quarantine).'],
    ],
    ['no milter of ours', { main: { smtpd_milters: '', non_smtpd_milters: '' } }, []],
  ],
  'daemon-names': [
    [
      'a door that calls itself a listener',
      { main: { milter_macro_daemon_name: 're-split' } },
      ['fail smtp/inet calls itself re-split: a client there could claim what it likes.'],
    ],
    [
      'a listener with the name of another',
      {
        services: {
          '127.0.0.1:10028/inet': { options: { milter_macro_daemon_name: 're-qtls' } },
        },
      },
      ['fail The listener at 127.0.0.1:10028 calls itself re-qtls, not re-tls.'],
    ],
  ],
  'milter-order': [
    [
      'a signer before ours',
      { main: { smtpd_milters: `inet:127.0.0.1:8891, ${OURS}` } },
      [
        'warn smtp/inet asks inet:127.0.0.1:8891 before our milter: a signature from there may not hold.',
      ],
    ],
    ['a signer after ours', { main: { smtpd_milters: `${OURS}, inet:127.0.0.1:8891` } }, []],
  ],
  'milter-macros': [
    [
      'macros without the name of the door',
      { main: { milter_connect_macros: 'j _ {daemon_addr}' } },
      ['fail Postfix does not tell the milter {daemon_name}.'],
    ],
    [
      'a listener that does not say which one it is',
      { services: { '127.0.0.1:10026/inet': { options: { milter_connect_macros: 'j' } } } },
      ['fail Postfix does not tell the milter {daemon_name}.'],
    ],
    [
      'a login for whoever has not logged in',
      { main: { milter_macro_defaults: '{auth_authen}=boss@inside.example, v=Postfix' } },
      ['fail Postfix tells the milter auth_authen of clients of whom it knows nothing.'],
    ],
    ['a default that claims nothing', { main: { milter_macro_defaults: 'v=Postfix' } }, []],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t =>
    checkCases(t, MILTER_SETTING_CHECKS, id, cases),
  )
}

t.test('the right name is given to the listener that lacks it', async t => {
  const { problems } = resultFor(MILTER_SETTING_CHECKS, 'daemon-names', {
    services: {
      '127.0.0.1:10028/inet': { options: { milter_macro_daemon_name: undefined } },
    },
  })
  t.strictSame(problems[0]?.fix, [
    {
      service: '127.0.0.1:10028/inet',
      parameter: 'milter_macro_daemon_name',
      value: 're-tls',
    },
  ])
})
