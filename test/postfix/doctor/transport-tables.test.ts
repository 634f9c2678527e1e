import t from 'tap'
import { transportQuestions, transportTable } from '../../../src/postfix/doctor/transport-tables.js'
import { checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const TRANSPORT = 'hash:/etc/postfix/transport'
const INSIDE = 'inside.example relay:[10.0.0.5]:25'

const leak = (n: string): string =>
  `fail ${n} for domains that are not internal leads past the lane split.`
const ONE = leak('A transport entry')

/** Entries of a table that can be listed. */
const LISTED: readonly [what: string, entry: string, want: readonly string[]][] = [
  ['a relay for an outside domain', 'partner.example smtp:[192.0.2.1]', [ONE]],
  ['a lane without a decision', 'partner.example qtls:', [ONE]],
  ['split to the domain itself, without TLS', 'partner.example split:', [ONE]],
  ['a next hop alone, by split without TLS', 'partner.example :[192.0.2.1]', [ONE]],
  ['one address outside', 'bob@partner.example smtp:', [ONE]],
  ['everything', '* smtp:[192.0.2.1]', [ONE]],
  ['subdomains of an internal domain', '.inside.example relay:[10.0.0.6]', [ONE]],
  ['the lane split', 'partner.example split:[127.0.0.1]:10026', []],
  ['nothing else than without the entry', 'partner.example :', []],
  ['an address inside', 'bob@inside.example relay:[10.0.0.6]', []],
  ['the machine itself', 'mail.inside.example local:', []],
  [
    'a refusal before the milter',
    'partner.example error:5.1.2 no mail for them',
    ['warn A transport entry refuses mail at RCPT, before any decision and without a record.'],
  ],
]

t.test('entries of a table that can be listed', t =>
  checkCases(
    t,
    [transportTable],
    'transport-table',
    LISTED.map(([what, entry, want]): Case => [
      what,
      { tables: { [TRANSPORT]: { entries: [INSIDE, entry] } } },
      want,
    ]),
  ),
)

t.test('many entries are one problem, which names five', async t => {
  const entries = Array.from({ length: 7 }, (_, n) => `partner${n}.example smtp:`)
  const { problems } = resultFor([transportTable], 'transport-table', {
    tables: { [TRANSPORT]: { entries } },
  })
  t.equal(problems.length, 1)
  t.match(problems[0]?.message, /^Each of 7 transport entries/)
  t.equal(problems[0]?.evidence.length, 5)
  t.strictSame(problems[0]?.evidence[0], {
    file: '/etc/postfix/transport',
    line: 1,
    value: 'partner0.example smtp:',
  })
})

const LDAP = { main: { transport_maps: 'ldap:/etc/postfix/transport.ldap' } }
const QUIET = { 'example.com': undefined, 'postmaster@example.com': undefined, '*': undefined }

t.test('tables that cannot be listed are asked', t =>
  checkCases(t, [transportTable], 'transport-table', [
    [
      'an answer for a domain outside',
      {
        ...LDAP,
        tables: {
          'ldap:/etc/postfix/transport.ldap': {
            entries: undefined,
            answers: { ...QUIET, 'example.com': 'smtp:[192.0.2.1]' },
          },
        },
      },
      [ONE],
    ],
    [
      'no answer',
      {
        ...LDAP,
        tables: { 'ldap:/etc/postfix/transport.ldap': { entries: undefined, answers: QUIET } },
      },
      [
        'unknown ldap:/etc/postfix/transport.ldap cannot be listed, and answered nothing wrong to 3 questions: other domains may go past the lane split.',
      ],
    ],
    [
      'a table that is broken',
      {
        ...LDAP,
        tables: {
          'ldap:/etc/postfix/transport.ldap': { entries: undefined, trouble: 'no server' },
        },
      },
      [
        'unknown ldap:/etc/postfix/transport.ldap cannot be listed, and could not be read (no server): other domains may go past the lane split.',
      ],
    ],
    [
      'a table that was never read',
      LDAP,
      [
        'unknown ldap:/etc/postfix/transport.ldap was not read, so nobody knows where it sends mail.',
      ],
    ],
  ]),
)

const REGEXP = { main: { transport_maps: 'regexp:/etc/postfix/t.re' } }
const regexp = (entry: string, answers: Record<string, string | undefined>): Case[1] => ({
  ...REGEXP,
  tables: { 'regexp:/etc/postfix/t.re': { entries: [entry], answers } },
})

t.test('patterns are tried, and read where they match nothing that was tried', t =>
  checkCases(t, [transportTable], 'transport-table', [
    [
      'a pattern for everybody',
      regexp('/./ smtp:[192.0.2.1]', { 'postmaster@example.com': 'smtp:[192.0.2.1]' }),
      [ONE],
    ],
    [
      'a pattern for an internal domain',
      regexp('/@inside\\.example$/ relay:[10.0.0.6]', QUIET),
      [],
    ],
    ['a pattern to split', regexp('/./ split:[127.0.0.1]:10026', QUIET), []],
    [
      'a pattern that nobody can read',
      regexp('/@p[a-z]+\\.example$/ smtp:', QUIET),
      [
        'unknown regexp:/etc/postfix/t.re cannot be listed, and answered nothing wrong to 3 questions: other domains may go past the lane split.',
      ],
    ],
  ]),
)

t.test('domains known to be outside are asked for, each once, with an address', async t => {
  t.strictSame(transportQuestions(['partner.example', 'example.com'], ['inside.example']), [
    '*',
    'example.com',
    'postmaster@example.com',
    'example.net',
    'postmaster@example.net',
    'postseal-doctor.invalid',
    'postmaster@postseal-doctor.invalid',
    'partner.example',
    'postmaster@partner.example',
    'not-inside.example',
    'postmaster@not-inside.example',
    'notinside.example',
    'postmaster@notinside.example',
    'inside.example.example.com',
    'postmaster@inside.example.example.com',
  ])
})

const OWN = 'hash:/etc/postfix/own'
const GOOD = { entries: ['inside.example relay:[10.0.0.5]:25'] }

t.test('tables that not everybody reads, or reads in the same way', t =>
  checkCases(t, [transportTable], 'transport-table', [
    [
      'a table of the resolver’s own',
      {
        services: { 'rewrite/unix': { options: { transport_maps: OWN } } },
        tables: { [OWN]: { entries: ['partner.example smtp:'] } },
      },
      [ONE],
    ],
    [
      'a domain that stands for all below it',
      {
        main: { parent_domain_matches_subdomains: 'transport_maps' },
        tables: { [TRANSPORT]: GOOD },
      },
      [ONE],
    ],
    [
      'the same, and what is below is inside as well',
      {
        conf: 'internal_domains = ["inside.example", ".inside.example"]\n',
        main: { parent_domain_matches_subdomains: 'transport_maps' },
        tables: { [TRANSPORT]: GOOD },
      },
      [],
    ],
    [
      'a refusal by a service that delivers',
      {
        master: 'error unix - - n - - smtp',
        tables: { [TRANSPORT]: { entries: ['partner.example error:no'] } },
      },
      [ONE],
    ],
    [
      'patterns that Postfix cannot read now',
      {
        ...regexp('/inside\\.example|partner\\.example/ smtp:', {}),
        tables: {
          'regexp:/etc/postfix/t.re': {
            entries: ['/inside\\.example|partner\\.example/ smtp:'],
            trouble: 'no such type',
          },
        },
      },
      [
        'unknown regexp:/etc/postfix/t.re cannot be listed, and could not be read (no such type): other domains may go past the lane split.',
      ],
    ],
  ]),
)
