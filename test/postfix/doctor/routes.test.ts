import t from 'tap'
import { ROUTE_CHECKS } from '../../../src/postfix/doctor/routes.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'default-transport': [
    [
      'smtp, as it was before',
      { main: { default_transport: 'smtp' } },
      ['fail External mail leaves by smtp without a decision.'],
    ],
    [
      'split with another next hop',
      { main: { default_transport: 'split:[127.0.0.1]:25' } },
      ['fail External mail leaves by split:[127.0.0.1]:25 without a decision.'],
    ],
    [
      'a resolver with a transport of its own',
      { services: { 'rewrite/unix': { options: { default_transport: 'relay' } } } },
      ['fail External mail leaves by relay without a decision.'],
    ],
    [
      'main.cf, beside a resolver that says it right for itself',
      {
        main: { default_transport: 'smtp' },
        master: 'other unix - - n - - trivial-rewrite -o default_transport=split:[127.0.0.1]:10026',
      },
      ['fail External mail leaves by smtp without a decision.'],
    ],
    [
      'another listener in the settings',
      { conf: '[postfix]\nsplit_listener = "127.0.0.1:20026"\n', main: {} },
      [],
    ],
  ],
  'sender-transports': [
    [
      'a table',
      { main: { sender_dependent_default_transport_maps: 'hash:/etc/postfix/by_sender' } },
      ['fail Mail of some senders goes past the lane split by a transport of their own.'],
    ],
  ],
  'sender-relayhosts': [
    [
      'a table',
      { main: { sender_dependent_relayhost_maps: 'hash:/etc/postfix/relays' } },
      ['warn Some senders have a relay host of their own, which the lane split overrules.'],
    ],
  ],
  'filter-next-hop': [
    [
      'one of the queue manager’s own',
      {
        master: 'qmgr unix n - n 300 1 qmgr -o default_filter_nexthop=[192.0.2.1]',
      },
      ['fail Pinned messages go to one fixed server instead of that of their recipient.'],
    ],
    [
      'a server',
      { main: { default_filter_nexthop: '[mail.other.example]' } },
      ['fail Pinned messages go to one fixed server instead of that of their recipient.'],
    ],
  ],
  relayhost: [
    [
      'a server',
      { main: { relayhost: '[mail.provider.example]:587' } },
      [
        'warn A relay host is set, and the lanes do not use it: they deliver to each domain itself.',
      ],
    ],
  ],
  'deferred-transports': [
    [
      'by an option of the queue manager',
      { master: 'qmgr unix n - n 300 1 qmgr -o defer_transports=qtls' },
      ['warn Mail in qtls waits until the queue is flushed by hand.'],
    ],
    ['another transport', { main: { defer_transports: 'uucp' } }, []],
    [
      'two lanes',
      { main: { defer_transports: 'qtls, hand-over-seppmail uucp' } },
      ['warn Mail in qtls, hand-over-seppmail waits until the queue is flushed by hand.'],
    ],
  ],
  'first-pass': [
    [
      'copies for an archive',
      { main: { always_bcc: 'archive@inside.example' } },
      [
        'ok Copies are made, recipients are mapped, or a content filter looks at mail: every external message takes the way by split.',
      ],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, ROUTE_CHECKS, id, cases))
}

t.test('what a setting repairs comes with the change', async t => {
  const { problems } = resultFor(ROUTE_CHECKS, 'default-transport', {
    main: { default_transport: 'smtp' },
  })
  t.strictSame(problems, [
    {
      severity: 'fail',
      message: 'External mail leaves by smtp without a decision.',
      evidence: [{ file: '/etc/postfix/main.cf', parameter: 'default_transport', value: 'smtp' }],
      remedy: 'Set default_transport to split:[127.0.0.1]:10026, after the lanes are set up.',
      fix: [{ parameter: 'default_transport', value: 'split:[127.0.0.1]:10026' }],
    },
  ])
})

t.test('a service of its own is changed in master.cf', async t => {
  const { problems } = resultFor(ROUTE_CHECKS, 'default-transport', {
    services: { 'rewrite/unix': { options: { default_transport: 'relay' } } },
  })
  t.match(problems, [
    {
      evidence: [{ file: '/etc/postfix/master.cf', service: 'rewrite/unix' }],
      fix: [
        {
          service: 'rewrite/unix',
          parameter: 'default_transport',
          value: 'split:[127.0.0.1]:10026',
        },
      ],
    },
  ])
})

t.test('nothing is sent to a lane that is not there', async t => {
  const { problems } = resultFor(ROUTE_CHECKS, 'default-transport', {
    main: { default_transport: 'smtp' },
    services: { 'split/unix': null },
  })
  t.match(problems, [{ fix: 'setup' }])
})
