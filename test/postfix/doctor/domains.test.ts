import t from 'tap'
import { DOMAIN_CHECKS } from '../../../src/postfix/doctor/domains.js'
import { domainTables } from '../../../src/postfix/doctor/domain-lists.js'
import { checkCases, resultFor } from '../../support/doctor-facts.js'

t.test('domains that Postfix has inside and our settings outside', t =>
  checkCases(t, DOMAIN_CHECKS, 'internal-domains-missing', [
    [
      'a relay domain',
      { main: { relay_domains: 'inside.example, clinic.example' } },
      ['fail Mail to clinic.example is relayed without a decision, though it counts as external.'],
    ],
    [
      'subdomains of relay domains',
      {
        main: {
          relay_domains: 'inside.example',
          parent_domain_matches_subdomains: 'mynetworks, relay_domains',
        },
      },
      ['fail Mail to .inside.example is relayed without a decision, though it counts as external.'],
    ],
    [
      'the same, named in the settings',
      {
        conf: 'internal_domains = ["mail.inside.example", "inside.example", ".inside.example"]\n',
        main: {
          relay_domains: 'inside.example',
          parent_domain_matches_subdomains: 'relay_domains',
        },
      },
      [],
    ],
    [
      'a domain of this machine, in other letters',
      { main: { mydestination: 'MAIL.Inside.Example, other.example' } },
      [
        'fail other.example is delivered here but counts as external: its mail waits or is refused.',
      ],
    ],
    [
      'a name that every machine has',
      { main: { mydestination: 'mail.inside.example, localhost' } },
      ['warn localhost is delivered here but counts as external: its mail waits or is refused.'],
    ],
    [
      'domains of mailboxes in a table, addresses passed over',
      {
        main: { virtual_mailbox_domains: 'hash:/etc/postfix/mailboxes' },
        tables: {
          'hash:/etc/postfix/mailboxes': { entries: ['shop.example x', 'bob@shop.example bob/'] },
        },
      },
      ['fail shop.example is delivered here but counts as external: its mail waits or is refused.'],
    ],
    [
      'names of aliases that are no domains',
      {
        main: { virtual_alias_domains: 'hash:/etc/postfix/virtual' },
        tables: { 'hash:/etc/postfix/virtual': { entries: ['postmaster root', 'a.example x'] } },
      },
      ['fail a.example is delivered here but counts as external: its mail waits or is refused.'],
    ],
    [
      'a file of domains',
      {
        main: { relay_domains: '/etc/postfix/relays' },
        tables: { 'file:/etc/postfix/relays': { entries: ['b.example '] } },
      },
      ['fail Mail to b.example is relayed without a decision, though it counts as external.'],
    ],
    [
      'a relay domain of the resolver’s own',
      { services: { 'rewrite/unix': { options: { relay_domains: 'clinic.example' } } } },
      ['fail Mail to clinic.example is relayed without a decision, though it counts as external.'],
    ],
    [
      'a table that takes every domain to be inside',
      {
        main: { relay_domains: 'regexp:/etc/postfix/relays' },
        tables: {
          'regexp:/etc/postfix/relays': {
            entries: ['/./ OK'],
            answers: { 'example.com': 'OK', 'example.net': 'OK', 'inside.example': 'OK' },
          },
        },
      },
      [
        'fail Mail to example.com is relayed without a decision, though it counts as external.',
        'unknown relay_domains names regexp:/etc/postfix/relays, which cannot be listed.',
      ],
    ],
    [
      'a table that says the same to everything',
      {
        main: { relay_domains: 'static:all' },
        tables: { 'static:all': { entries: ['* all'] } },
      },
      ['fail Mail to * is relayed without a decision, though it counts as external.'],
    ],
    [
      'a directory service',
      { main: { relay_domains: 'ldap:/etc/postfix/relays.cf, !not.example' } },
      ['unknown relay_domains names ldap:/etc/postfix/relays.cf, which cannot be listed.'],
    ],
  ]),
)

t.test('domains that our settings have inside and Postfix nowhere', t =>
  checkCases(t, DOMAIN_CHECKS, 'internal-domains-unserved', [
    [
      'a domain without a place',
      { conf: 'internal_domains = ["mail.inside.example", "inside.example", "clinic.example"]\n' },
      [
        'fail clinic.example counts as internal, but Postfix has no place for it: its mail is refused at split with 451.',
      ],
    ],
    [
      'a domain whose place may be in a table',
      {
        conf: 'internal_domains = ["mail.inside.example", "inside.example", "clinic.example"]\n',
        main: { relay_domains: 'ldap:/etc/postfix/relays.cf' },
      },
      [
        'unknown clinic.example counts as internal, but Postfix has no place for it: its mail is refused at split with 451.',
      ],
    ],
    [
      'subdomains, one of which is served',
      { conf: 'internal_domains = [".inside.example", "inside.example"]\n' },
      [],
    ],
    [
      'subdomains of nothing',
      { conf: 'internal_domains = ["mail.inside.example", "inside.example", ".a.example"]\n' },
      [
        'fail .a.example counts as internal, but Postfix has no place for it: its mail is refused at split with 451.',
      ],
    ],
  ]),
)

t.test('the remedy names the settings file and the domain', async t => {
  const { problems } = resultFor(DOMAIN_CHECKS, 'internal-domains-missing', {
    main: { relay_domains: 'clinic.example' },
  })
  t.equal(
    problems[0]?.remedy,
    'Add "clinic.example" to internal_domains in /etc/postseal/milter.conf.',
  )
})

t.test('files and tables of a list are read, names and exceptions are not', async t => {
  t.strictSame(
    domainTables('a.example, !b.example, /etc/postfix/list, hash:/etc/postfix/d, !/etc/postfix/no'),
    ['file:/etc/postfix/list', 'hash:/etc/postfix/d'],
  )
})
