import t from 'tap'
import { CERTIFICATE_CHECKS } from '../../../src/postfix/doctor/client-certificates.js'
import { checkCases, type Case } from '../../support/doctor-facts.js'

const CONNECTOR = `internal_domains = ["mail.inside.example", "inside.example"]
[[connector]]
name = "online"
certificates = ["mail.cloud.example"]
tenants = ["1"]
`
const RELAY = 'permit_mynetworks, permit_tls_all_clientcerts, reject_unauth_destination'

/** An instance that lets a connector in, with a difference. */
function letsIn(main: Readonly<Record<string, string>> = {}, conf = CONNECTOR): Case[1] {
  return {
    conf,
    main: {
      smtpd_relay_restrictions: RELAY,
      smtpd_tls_ask_ccert: 'yes',
      smtpd_tls_CAfile: '/etc/postfix/authority.pem',
      ...main,
    },
  }
}

const UNSEEN =
  'fail smtp/inet relays for every trusted certificate: the milter does not see it there.'
const CIDR = 'cidr:/etc/postfix/exchange-online'

t.test('whoever has any trusted certificate', t =>
  checkCases(t, CERTIFICATE_CHECKS, 'client-certificates', [
    ['a connector that is let in', letsIn(), []],
    [
      'a list that says nothing of relaying',
      letsIn({
        smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
        smtpd_client_restrictions: 'permit_tls_all_clientcerts, reject',
        smtpd_milters: '',
      }),
      [],
    ],
    [
      'the list that older versions have',
      letsIn({
        smtpd_relay_restrictions: '',
        smtpd_recipient_restrictions: RELAY,
        smtpd_milters: '',
      }),
      [UNSEEN],
    ],
    ['fingerprints alone', letsIn({ smtpd_relay_restrictions: 'permit_tls_clientcerts' }), []],
    ['no milter at the door', letsIn({ smtpd_milters: 'inet:127.0.0.1:8891' }), [UNSEEN]],
    ['a filter before the queue', letsIn({ smtpd_proxy_filter: '127.0.0.1:10024' }), [UNSEEN]],
    ['milters switched off', letsIn({ receive_override_options: 'no_milters' }), [UNSEEN]],
    [
      'a door of its own without the milter',
      {
        ...letsIn(),
        master: '2525 inet n - n - - smtpd -o smtpd_milters=',
      },
      [UNSEEN.replace('smtp/inet', '2525/inet')],
    ],
    [
      'observing',
      letsIn({}, `mode = "observe"\n${CONNECTOR}`),
      [
        'fail smtp/inet relays for every trusted certificate: with mode = "observe" nobody is refused.',
      ],
    ],
    [
      'no connector',
      letsIn({}, 'internal_domains = ["mail.inside.example", "inside.example"]\n'),
      ['fail smtp/inet lets clients in for a certificate, and the milter refuses them all.'],
    ],
    [
      'clients are not asked',
      letsIn({ smtpd_tls_ask_ccert: 'no' }),
      ['fail smtp/inet asks no client for a certificate, so no connector fits.'],
    ],
    [
      'clients have to show one',
      letsIn({ smtpd_tls_ask_ccert: 'no', smtpd_tls_req_ccert: 'yes' }),
      [],
    ],
    [
      'no authority',
      letsIn({ smtpd_tls_CAfile: '' }),
      ['fail smtp/inet trusts no authority, so no certificate of a client is verified.'],
    ],
    [
      'authorities in a directory',
      letsIn({ smtpd_tls_CAfile: '', smtpd_tls_CApath: '/etc/ssl' }),
      [],
    ],
    [
      'a table that lets in for it',
      {
        ...letsIn({
          smtpd_relay_restrictions: `check_client_access ${CIDR}, reject_unauth_destination`,
          smtpd_milters: '',
        }),
        tables: { [CIDR]: { entries: ['192.0.2.0/24 permit_tls_all_clientcerts'] } },
      },
      [UNSEEN],
    ],
    [
      'a class that does',
      letsIn({
        smtpd_restriction_classes: 'online',
        online: 'permit_tls_all_clientcerts',
        smtpd_relay_restrictions: 'online, reject_unauth_destination',
        smtpd_milters: '',
      }),
      [UNSEEN],
    ],
  ]),
)

t.test('connectors', t =>
  checkCases(t, CERTIFICATE_CHECKS, 'connectors', [
    ['one that is let in', letsIn(), []],
    [
      'one that nothing lets in',
      letsIn({ smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination' }),
      ['warn No door lets a client in for its certificate: connectors have no effect.'],
    ],
    [
      'fingerprints beside it',
      letsIn({ smtpd_relay_restrictions: `permit_tls_clientcerts, ${RELAY}` }),
      [
        'warn smtp/inet lets clients in by fingerprint: where Postfix does not trust the issuer, the milter sees no certificate and asks for no tenant.',
      ],
    ],
  ]),
)
