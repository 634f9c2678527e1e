import t from 'tap'
import { FILTER_CHECKS, doorTables } from '../../../src/postfix/doctor/filters.js'
import { checkCases, doctorFacts, type Case } from '../../support/doctor-facts.js'

const CHECKS = 'pcre:/etc/postfix/checks'
const header = (entry: string): Case[1] => ({
  main: { header_checks: CHECKS },
  tables: { [CHECKS]: { entries: [entry] } },
})
const ACCESS = 'hash:/etc/postfix/clients'
const access = (entry: string): Case[1] => ({
  main: { smtpd_client_restrictions: `permit_mynetworks, check_client_access ${ACCESS}` },
  tables: { [ACCESS]: { entries: [entry] } },
})

t.test('tables that name a FILTER', t =>
  checkCases(t, FILTER_CHECKS, 'filter-actions', [
    [
      'in header checks, to a server outside',
      header('/^Subject: fax/ FILTER fax:[192.0.2.1]'),
      ['fail A table sends some mail to fax:[192.0.2.1], past the lane split.'],
    ],
    [
      'in header checks, to each recipient’s domain',
      header('/^Subject: fax/ FILTER smtp:'),
      ['fail A table sends some mail to smtp:, past the lane split.'],
    ],
    [
      'in header checks, to a filter on this machine',
      header('/^Subject: x/ filter scan:[127.0.0.1]:10024'),
      ['warn A table sends some mail to the filter scan:[127.0.0.1]:10024, unless it is pinned.'],
    ],
    ['in header checks, to split', header('/x/ FILTER split:[127.0.0.1]:10026'), []],
    ['other actions', header('/^Subject: x/ REJECT no'), []],
    [
      'in an access table',
      access('192.0.2.7 FILTER smtp:[192.0.2.1]'),
      ['fail A table sends some mail to smtp:[192.0.2.1], past the lane split.'],
    ],
    [
      'behind the pins, for a header of another milter',
      {
        main: { milter_header_checks: `regexp:/etc/postfix/postseal/pins, ${CHECKS}` },
        tables: { [CHECKS]: { entries: ['/^X-Spam/ FILTER smtp:'] } },
      },
      ['fail A table sends some mail to smtp:, past the lane split.'],
    ],
    [
      'the pins themselves',
      {
        tables: {
          'regexp:/etc/postfix/postseal/pins': {
            entries: ['/^X-Postseal-Lane: qtls$/ FILTER qtls:'],
          },
        },
      },
      [],
    ],
    [
      'in header checks, to a program of this machine',
      {
        ...header('/^Subject: x/ FILTER scan:dummy'),
        master: 'scan unix - n n - 10 pipe argv=/usr/bin/scan',
      },
      ['warn A table sends some mail to the filter scan:dummy, unless it is pinned.'],
    ],
    [
      'in a class that only a table names',
      {
        main: {
          smtpd_restriction_classes: 'fax',
          fax: 'check_sender_access hash:/etc/postfix/fax',
          smtpd_client_restrictions: `check_client_access ${ACCESS}`,
        },
        tables: {
          [ACCESS]: { entries: ['192.0.2.7 fax'] },
          'hash:/etc/postfix/fax': { entries: ['fax@inside.example FILTER smtp:'] },
        },
      },
      ['fail A table sends some mail to smtp:, past the lane split.'],
    ],
    [
      'copies that a table makes',
      header('/^Subject: x/ BCC archive@inside.example'),
      [
        'warn Copies to archive@inside.example go by the lane of the message, not by their own transport.',
      ],
    ],
    [
      'copies that leave',
      header('/^Subject: x/ BCC eve@partner.example'),
      ['fail Copies to eve@partner.example go by the lane of the message, undecided.'],
    ],
    [
      'in a table that cannot be listed',
      { main: { body_checks: 'pcre:/etc/postfix/body' } },
      [
        'unknown pcre:/etc/postfix/body cannot be listed: it may name a FILTER that leads past the lane split.',
      ],
    ],
  ]),
)

t.test('content filters at the listeners', t =>
  checkCases(t, FILTER_CHECKS, 'content-filter', [
    ['at the doors', { main: { content_filter: 'scan:[127.0.0.1]:10024' } }, []],
    [
      'at a listener',
      {
        main: { content_filter: 'scan:[127.0.0.1]:10024' },
        services: { '127.0.0.1:10026/inet': { options: { content_filter: undefined } } },
      },
      ['fail The listener re-split hands messages to the content filter once more.'],
    ],
  ]),
)

t.test('access tables of every door are found, also in classes of restrictions', async t => {
  const facts = doctorFacts({
    main: {
      smtpd_restriction_classes: 'greylisted',
      greylisted: 'check_sender_access hash:/etc/postfix/senders',
      smtpd_recipient_restrictions: 'greylisted, check_policy_service unix:private/policy',
      smtpd_data_restrictions: 'check_client_access cidr:/etc/postfix/nets',
    },
  })
  t.strictSame(doorTables(facts), ['hash:/etc/postfix/senders', 'cidr:/etc/postfix/nets'])
})
