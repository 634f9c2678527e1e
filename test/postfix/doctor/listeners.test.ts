import t from 'tap'
import { LISTENER_CHECKS } from '../../../src/postfix/doctor/listeners.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const SPLIT = '127.0.0.1:10026/inet'
const option = (name: string, value: string | undefined): Case[1] => ({
  services: { [SPLIT]: { options: { [name]: value } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  listeners: [
    [
      'none',
      { services: { [SPLIT]: null } },
      ['fail There is no listener re-split at 127.0.0.1:10026: its lane hands back to nobody.'],
    ],
    [
      'one for the whole world',
      { services: { [SPLIT]: { fields: { name: '10026' } } } },
      ['fail The listener re-split is reachable from outside: 10026/inet.'],
    ],
    [
      'one at an address of the network',
      { services: { [SPLIT]: { fields: { name: '192.0.2.25:10026' } } } },
      ['fail The listener re-split is reachable from outside: 192.0.2.25:10026/inet.'],
    ],
    ['one by name', { services: { [SPLIT]: { fields: { name: 'localhost:10026' } } } }, []],
    [
      'another program',
      { services: { [SPLIT]: { fields: { command: 'qmqpd' } } } },
      ['fail At 127.0.0.1:10026 qmqpd listens, not the listener re-split.'],
    ],
  ],
  'listener-clients': [
    [
      'other networks',
      option('mynetworks', '127.0.0.0/8 192.0.2.0/24'),
      ['fail The listener re-split trusts 192.0.2.0/24.'],
    ],
    [
      'a table of clients',
      option('mynetworks', 'cidr:/etc/postfix/nets'),
      ['fail The listener re-split trusts cidr:/etc/postfix/nets.'],
    ],
    [
      'the outside address of the lanes',
      {
        main: { smtp_bind_address: '192.0.2.25' },
        ...option('mynetworks', '127.0.0.0/8 192.0.2.25/32'),
      },
      [],
    ],
    [
      'the restrictions of main.cf, which let in who logs in and whoever writes to us',
      {
        main: {
          smtpd_relay_restrictions: 'permit_mynetworks',
          smtpd_recipient_restrictions: 'permit_mynetworks',
        },
        services: {
          [SPLIT]: {
            options: {
              smtpd_relay_restrictions: undefined,
              smtpd_recipient_restrictions: undefined,
              smtpd_client_restrictions: undefined,
            },
          },
        },
      },
      ['fail The listener re-split does not refuse strangers by its own restrictions.'],
    ],
  ],
  'listener-mappings': [
    [
      'addresses are mapped',
      option('receive_override_options', 'no_unknown_recipient_checks'),
      ['fail The listener re-split maps addresses and makes copies a second time.'],
    ],
  ],
  'listener-restrictions': [
    [
      'what is for clients outside',
      {
        main: { smtpd_data_restrictions: 'check_policy_service unix:private/policy' },
        ...option('smtpd_data_restrictions', undefined),
      },
      ['warn The listener re-split has the restrictions for clients outside.'],
    ],
    [
      'a proxy that speaks first',
      option('smtpd_upstream_proxy_protocol', 'haproxy'),
      ['warn The listener re-split waits for a proxy to speak first.'],
    ],
    [
      'TLS',
      option('smtpd_tls_security_level', 'encrypt'),
      [
        'fail The listener re-split wants TLS, which the lane split does not speak: all mail waits.',
      ],
    ],
    [
      'TLS from the first byte',
      option('smtpd_tls_wrappermode', 'yes'),
      [
        'fail The listener re-split wants TLS, which the lane split does not speak: all mail waits.',
      ],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, LISTENER_CHECKS, id, cases))
}

t.test('what the options had before stays', async t => {
  const { problems } = resultFor(
    LISTENER_CHECKS,
    'listener-mappings',
    option('receive_override_options', 'no_unknown_recipient_checks'),
  )
  t.strictSame(problems[0]?.fix, [
    {
      service: SPLIT,
      parameter: 'receive_override_options',
      value: 'no_unknown_recipient_checks,no_address_mappings',
    },
  ])
})
