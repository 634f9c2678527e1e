import t from 'tap'
import { MILTER_CHECKS } from '../../../src/postfix/doctor/milters.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const REINJECTION =
  '127.0.0.1:10025 inet n - n - - smtpd -o smtpd_milters= -o receive_override_options=no_milters -o content_filter='

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'milter-smtpd': [
    [
      'no milter at all',
      { main: { smtpd_milters: '' } },
      ['fail smtp/inet takes mail without asking the milter.'],
    ],
    [
      'another milter alone',
      { main: { smtpd_milters: 'inet:127.0.0.1:8891' } },
      ['fail smtp/inet takes mail without asking the milter.'],
    ],
    [
      'a submission service with milters of its own',
      { master: 'submission inet n - n - - smtpd -o smtpd_milters=inet:localhost:8891' },
      ['fail submission/inet takes mail without asking the milter.'],
    ],
    [
      'a service behind postscreen',
      { master: 'smtpd pass - - n - - smtpd -o smtpd_milters=' },
      ['fail smtpd/pass takes mail without asking the milter.'],
    ],
    [
      'the way back from a content filter',
      { master: REINJECTION },
      [
        'ok 127.0.0.1:10025/inet does not ask the milter: mail from there is decided at split, as from nobody unless it was seen before.',
      ],
    ],
    [
      'a content filter before the milter',
      {
        services: {
          'smtp/inet': {
            options: { smtpd_milters: '', content_filter: 'scan:[127.0.0.1]:10024' },
          },
        },
        master: '127.0.0.1:10025 inet n - n - - smtpd -o content_filter=',
      },
      [
        'ok smtp/inet gives mail to the content filter first; the milter is asked at 127.0.0.1:10025/inet.',
      ],
    ],
    [
      'a content filter, and the milter nowhere',
      {
        services: {
          'smtp/inet': {
            options: { smtpd_milters: '', content_filter: 'scan:[127.0.0.1]:10024' },
          },
        },
      },
      ['fail smtp/inet takes mail without asking the milter.'],
    ],
  ],
  'milter-listeners': [
    [
      'a listener without milters',
      { services: { '127.0.0.1:10027/inet': { options: { smtpd_milters: '' } } } },
      ['fail re-qtls does not ask the milter: a message would go round in circles.'],
    ],
    ['a listener that is not there', { services: { '127.0.0.1:10027/inet': null } }, []],
  ],
  'milter-local': [
    [
      'sendmail(1) without the milter',
      { main: { non_smtpd_milters: '' } },
      ['fail Mail by pickup/unix does not meet the milter.'],
    ],
    [
      'a cleanup service of its own',
      {
        services: { 'pickup/unix': { options: { cleanup_service_name: 'pre-cleanup' } } },
        master: 'pre-cleanup unix n - n - 0 cleanup -o non_smtpd_milters=',
      },
      ['fail Mail by pickup/unix does not meet the milter.'],
    ],
    [
      'a second door for local mail',
      { main: { non_smtpd_milters: '' }, master: '628 inet n - n - - qmqpd' },
      // Both hear of the same setting, so it is one problem.
      ['fail Mail by pickup/unix does not meet the milter.'],
    ],
  ],
  'no-milters': [
    [
      'for everybody',
      { main: { receive_override_options: 'no_header_body_checks, no_milters' } },
      ['fail smtp/inet switches the milters off with no_milters.'],
    ],
    [
      'at a listener',
      {
        services: {
          '127.0.0.1:10026/inet': {
            options: { receive_override_options: 'no_address_mappings,no_milters' },
          },
        },
      },
      ['fail 127.0.0.1:10026/inet switches the milters off with no_milters.'],
    ],
    [
      'for local mail',
      { services: { 'pickup/unix': { options: { receive_override_options: 'no_milters' } } } },
      ['fail pickup/unix switches the milters off with no_milters.'],
    ],
    ['behind a content filter', { master: REINJECTION }, []],
  ],
  'milter-maps': [
    [
      'a table of clients',
      { main: { smtpd_milter_maps: 'cidr:/etc/postfix/milters' } },
      ['fail At smtp/inet smtpd_milter_maps chooses the milters of some clients.'],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, MILTER_CHECKS, id, cases))
}

t.test('only no_milters is taken out, where it stands', async t => {
  const inMain = resultFor(MILTER_CHECKS, 'no-milters', {
    main: { receive_override_options: 'no_header_body_checks, no_milters' },
  })
  t.strictSame(inMain.problems[0]?.fix, [
    { parameter: 'receive_override_options', value: 'no_header_body_checks' },
  ])
  const inMaster = resultFor(MILTER_CHECKS, 'no-milters', {
    services: { 'pickup/unix': { options: { receive_override_options: 'no_milters' } } },
  })
  t.strictSame(inMaster.problems[0]?.fix, [
    { service: 'pickup/unix', parameter: 'receive_override_options', value: '' },
  ])
})

t.test('local mail gets the milters of smtpd, once ours is among them', async t => {
  const one = resultFor(MILTER_CHECKS, 'milter-local', { main: { non_smtpd_milters: '' } })
  t.match(one.problems, [{ fix: [{ parameter: 'non_smtpd_milters', value: '$smtpd_milters' }] }])
  const both = { non_smtpd_milters: '', smtpd_milters: 'inet:127.0.0.1:8891' }
  t.match(resultFor(MILTER_CHECKS, 'milter-local', { main: both }).problems, [{ fix: 'setup' }])
})
