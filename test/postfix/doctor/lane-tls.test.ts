import t from 'tap'
import { LANE_TLS_CHECKS } from '../../../src/postfix/doctor/lane-tls.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const option = (service: string, name: string, value: string | undefined): Case[1] => ({
  services: { [service]: { options: { [name]: value } } },
})
const protocols = (value: string): Case[1] =>
  option('tls/unix', 'smtp_tls_mandatory_protocols', value)
const OLD = ['fail Lane tls may use a protocol older than TLS 1.2.']
const CACHE = 'btree:${data_directory}/smtp_scache'
const RESUMED =
  'fail The lane qtls resumes sessions: a domain that lost its entry is served for an hour.'
const product = (tls: string): string =>
  `[[product]]\nname = "p"\nnext_hop = "[p.inside.example]:25"\ntls = "${tls}"\n`
const LANE = 'hand-over-p/unix'

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'lane-levels': [
    [
      'servers whose STARTTLS is not heard',
      { main: { smtp_discard_ehlo_keywords: 'dsn, STARTTLS' } },
      ['fail Lane qtls does not hear that a server offers TLS.'],
    ],
    [
      'qtls that takes any certificate',
      option('qtls/unix', 'smtp_tls_security_level', 'encrypt'),
      ['fail Lane qtls has the TLS level encrypt.'],
    ],
    [
      'tls that goes on without',
      option('tls/unix', 'smtp_tls_security_level', 'may'),
      ['fail Lane tls has the TLS level may.'],
    ],
    ['tls that wants more', option('tls/unix', 'smtp_tls_security_level', 'secure'), []],
    [
      'split with TLS, which no listener speaks',
      option('split/unix', 'smtp_tls_security_level', 'encrypt'),
      ['fail Lane split has the TLS level encrypt.'],
    ],
    [
      'sealed that wants what few have',
      option('sealed/unix', 'smtp_tls_security_level', 'secure'),
      ['fail Lane sealed has the TLS level secure.'],
    ],
    [
      'a product that must show a certificate',
      { conf: product('secure'), ...option(LANE, 'smtp_tls_security_level', 'encrypt') },
      ['fail Lane hand-over-p has the TLS level encrypt.'],
    ],
    [
      'a product that must encrypt',
      { conf: product('encrypt'), ...option(LANE, 'smtp_tls_security_level', '') },
      ['fail Lane hand-over-p has the TLS level none.'],
    ],
    [
      'a product in the internet that gets everything in clear text',
      { conf: product('none').replace('p.inside.example', '192.0.2.1') },
      ['warn What is handed over to p goes to [192.0.2.1]:25 in clear text.'],
    ],
    [
      'a product on this machine',
      { conf: product('none'), ...option(LANE, 'smtp_tls_security_level', 'may') },
      [],
    ],
  ],
  'lane-unlisted': [
    [
      'the names that Postfix takes by itself',
      option('qtls/unix', 'smtp_tls_secure_cert_match', undefined),
      [
        'fail A domain that was never verified can pass the lane qtls with a certificate of its own.',
      ],
    ],
    [
      'one name that cannot be and one that can',
      option('qtls/unix', 'smtp_tls_secure_cert_match', 'unqualified.invalid, nexthop'),
      [
        'fail A domain that was never verified can pass the lane qtls with a certificate of its own.',
      ],
    ],
    ['without a lane qtls', { services: { 'qtls/unix': null } }, []],
  ],
  'lane-sessions': [
    [
      'a cache of sessions, which the lane says it has not',
      {
        main: { smtp_tls_session_cache_database: CACHE },
        services: {
          'qtls/unix': {
            options: { tlsmgr_service_name: undefined, smtp_tls_session_cache_database: '' },
          },
        },
      },
      [RESUMED],
    ],
    [
      'a manager of its own that keeps sessions too',
      {
        services: {
          'tlsmgr-qtls/unix': { options: { smtp_tls_session_cache_database: CACHE } },
        },
      },
      [RESUMED],
    ],
    ['no cache at all', option('qtls/unix', 'tlsmgr_service_name', undefined), []],
    ['a cache for everybody else', { main: { smtp_tls_session_cache_database: CACHE } }, []],
    ['without a lane qtls', { services: { 'qtls/unix': null } }, []],
  ],
  'lane-protocols': [
    [
      'suites without encryption among the high ones',
      option('tls/unix', 'tls_high_cipherlist', 'HIGH:eNULL'),
      ['fail Lane tls calls suites high that are not.'],
    ],
    [
      'weak suites that are kept out',
      option('tls/unix', 'tls_high_cipherlist', 'HIGH:!MD5:-aNULL'),
      [],
    ],
    ['1.2 by number', protocols('>=0303'), []],
    ['1.3 alone', protocols('>=TLSv1.3'), []],
    ['names alone', protocols('TLSv1.2, TLSv1.3'), []],
    ['exclusions', protocols('!SSLv2, !SSLv3, !TLSv1, !TLSv1.1'), []],
    ['1.0 and later', protocols('>=TLSv1'), OLD],
    ['an old one by name', protocols('TLSv1.1, TLSv1.2'), OLD],
    ['too few exclusions', protocols('!SSLv2, !SSLv3'), OLD],
    ['nothing', protocols(''), OLD],
    ['an upper limit alone', protocols('<=TLSv1.3'), OLD],
    [
      'suites of grade medium',
      option('qtls/unix', 'smtp_tls_mandatory_ciphers', undefined),
      ['fail Lane qtls may use suites below grade high.'],
    ],
  ],
  'connection-reuse': [
    [
      'in main.cf and so in lanes without a word of their own',
      {
        main: { smtp_tls_connection_reuse: 'yes' },
      },
      [],
    ],
    [
      'connections that are kept',
      option('tls/unix', 'smtp_connection_cache_on_demand', 'yes'),
      ['warn Lane tls keeps connections: after one failure a domain is not tried again.'],
    ],
    [
      'in a lane',
      option('qtls/unix', 'smtp_tls_connection_reuse', 'yes'),
      ['fail Lane qtls reuses TLS sessions, which drops its limits on suites.'],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, LANE_TLS_CHECKS, id, cases))
}

t.test('a level is repaired with the one that setup writes', async t => {
  const { problems } = resultFor(LANE_TLS_CHECKS, 'lane-levels', {
    services: { 'tls/unix': { options: { smtp_tls_security_level: 'may' } } },
  })
  t.strictSame(problems[0]?.fix, [
    { service: 'tls/unix', parameter: 'smtp_tls_security_level', value: 'encrypt' },
  ])
})
