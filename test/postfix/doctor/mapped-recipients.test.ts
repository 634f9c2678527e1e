import t from 'tap'
import {
  mappedRecipients,
  recipientQuestions,
  recipientTables,
} from '../../../src/postfix/doctor/mapped-recipients.js'
import { checkCases, doctorFacts, type Case } from '../../support/doctor-facts.js'

const ALIASES = 'hash:/etc/postfix/virtual'
const PATTERNS = 'regexp:/etc/postfix/canonical'
const alias = (entry: string): Case[1] => ({
  main: { virtual_alias_maps: ALIASES },
  tables: { [ALIASES]: { entries: [entry] } },
})
const said = (place: string): string =>
  `ok ${place} makes others of recipients outside: whom mail goes to then is decided at split.`

t.test('recipients that are made others', t =>
  checkCases(t, [mappedRecipients], 'mapped-recipients', [
    ['an address inside', alias('info@inside.example bob@partner.example'), []],
    ['a name alone', alias('postmaster root'), []],
    ['an address outside', alias('bob@a.example eve@b.example'), [said('/etc/postfix/virtual')]],
    ['a domain outside', alias('@a.example @b.example'), [said('/etc/postfix/virtual')]],
    ['an address that stays what it is', alias('bob@a.example bob@a.example'), []],
    [
      'everybody',
      {
        main: { recipient_canonical_maps: 'static:eve@b.example' },
        tables: { 'static:eve@b.example': { entries: ['* eve@b.example'], files: undefined } },
      },
      [said('static:eve@b.example')],
    ],
    [
      'a pattern that fits an address outside',
      {
        main: { canonical_maps: PATTERNS },
        tables: {
          [PATTERNS]: {
            entries: ['/^(.*)@a\\.example$/ $1@b.example'],
            answers: { 'postmaster@a.example': 'postmaster@b.example' },
          },
        },
      },
      [said('/etc/postfix/canonical')],
    ],
    [
      'a directory of addresses inside',
      {
        main: { virtual_alias_maps: 'ldap:/etc/postfix/aliases.cf' },
        tables: {
          'ldap:/etc/postfix/aliases.cf': {
            entries: undefined,
            answers: { 'postmaster@example.com': undefined },
          },
        },
      },
      [],
    ],
  ]),
)

t.test('the tables, and what they are asked for', async t => {
  const facts = doctorFacts({
    main: { virtual_alias_maps: ALIASES, canonical_maps: PATTERNS },
    tables: { [PATTERNS]: { entries: ['/^(.*)@a\\.example$/ $1@b.example'] } },
  })
  t.strictSame(recipientTables(facts), [PATTERNS, ALIASES])
  const asked = recipientQuestions(facts, ['partner.example'], facts.tables.get(PATTERNS))
  t.ok(asked.includes('postmaster@partner.example'))
  t.equal(asked.at(-1), 'postmaster@a.example')
  t.ok(asked.every(key => key.includes('@')))
})
