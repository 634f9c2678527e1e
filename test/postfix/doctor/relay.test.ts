import t from 'tap'
import { openRelay } from '../../../src/postfix/doctor/relay.js'
import { checkCases, type Case, type TableDifference } from '../../support/doctor-facts.js'

const ACCESS = 'hash:/etc/postfix/access'
const rules = (relay: string, recipient = '', table?: TableDifference): Case[1] => ({
  main: { smtpd_relay_restrictions: relay, smtpd_recipient_restrictions: recipient },
  ...(table === undefined ? {} : { tables: { [ACCESS]: table } }),
})
const open = (because: string, list = 'smtpd_relay_restrictions'): string =>
  `fail smtp/inet relays for everybody: ${list} permits (${because}).`
const depends = (on: string): string =>
  `unknown Whether smtp/inet relays for strangers depends on ${on}.`

t.test('strangers who send to strangers', t =>
  checkCases(t, [openRelay], 'open-relay', [
    ['no restrictions', rules(''), [open('the end of the list')]],
    ['everybody is permitted', rules('permit_mynetworks, permit'), [open('permit')]],
    [
      'the list that older versions have',
      rules('', 'permit_mynetworks, reject_unauth_destination'),
      [],
    ],
    ['a refusal of everything', rules('permit_mynetworks, reject'), []],
    [
      'a refusal that only warns',
      rules('permit_mynetworks, warn_if_reject reject_unauth_destination'),
      [open('the end of the list')],
    ],
    [
      'a table that permits before the refusal',
      rules(`check_client_access ${ACCESS}, reject_unauth_destination`, '', {
        entries: ['192.0.2.7 OK'],
      }),
      [depends(`check_client_access ${ACCESS}`)],
    ],
    [
      'a table that only refuses',
      rules(`check_client_access ${ACCESS}, reject_unauth_destination`, '', {
        entries: ['192.0.2.7 REJECT', '192.0.2.8 554 no'],
      }),
      [],
    ],
    [
      'a table that nobody can list',
      rules('check_client_access ldap:/etc/x, reject_unauth_destination'),
      [depends('check_client_access ldap:/etc/x')],
    ],
    [
      'a policy service after the refusal in the other list',
      rules('permit_mynetworks, reject_unauth_destination', 'check_policy_service unix:private/p'),
      [],
    ],
    [
      'a policy service before the refusal',
      rules('check_policy_service unix:private/p, reject_unauth_destination'),
      [depends('check_policy_service unix:private/p')],
    ],
    [
      'a table that lets in everybody',
      rules(`check_client_access ${ACCESS}, reject_unauth_destination`, '', {
        entries: ['0.0.0.0/0 OK'],
      }),
      [
        `fail smtp/inet relays for everybody: smtpd_relay_restrictions permits (check_client_access ${ACCESS}).`,
      ],
    ],
    ['any client certificate', rules('permit_tls_all_clientcerts, reject'), []],
    [
      'a table that lets in for a certificate',
      rules(`check_client_access ${ACCESS}, reject_unauth_destination`, '', {
        entries: ['192.0.2.0/24 permit_tls_all_clientcerts'],
      }),
      [],
    ],
    [
      'a class of restrictions',
      {
        main: {
          smtpd_restriction_classes: 'ours',
          ours: 'permit_mynetworks, reject_unauth_destination',
          smtpd_relay_restrictions: 'ours',
        },
      },
      [],
    ],
    [
      'a door with restrictions of its own',
      { master: 'submission inet n - n - - smtpd -o smtpd_relay_restrictions=permit' },
      ['fail submission/inet relays for everybody: smtpd_relay_restrictions permits (permit).'],
    ],
    [
      'a door that only this machine reaches',
      { master: '127.0.0.1:10025 inet n - n - - smtpd -o smtpd_relay_restrictions=permit' },
      [],
    ],
    [
      'all doors are inside',
      { main: { inet_interfaces: 'loopback-only', smtpd_relay_restrictions: 'permit' } },
      [],
    ],
  ]),
)
