import t from 'tap'
import { PIN_CHECKS, headerQuestions } from '../../../src/postfix/doctor/pins.js'
import { checkCases, type Case, type TableDifference } from '../../support/doctor-facts.js'

const PINS = 'regexp:/etc/postfix/postseal/pins'
const QTLS = 'X-Postseal-Lane: qtls'
const REFERENCE = 'X-Postseal-Reference: 0123456789abcdefghij-0123456789abcdef'
const GOOD: Readonly<Record<string, string | undefined>> = {
  [QTLS]: 'FILTER qtls:',
  'X-Postseal-Lane: tls': 'FILTER tls:',
  'X-Postseal-Lane: sealed': 'FILTER sealed:',
  'X-Postseal-Lane: split': 'FILTER split:[127.0.0.1]:10026',
  [REFERENCE]: undefined,
}
const NOTHING = Object.fromEntries(Object.keys(GOOD).map(key => [key, undefined]))

const pins = (answers: TableDifference['answers']): Case[1] => ({
  tables: { [PINS]: { entries: [], answers: { ...GOOD, ...answers } } },
})
const clients = (parameter: string, answers: Record<string, string>): Case[1] => ({
  main: { [parameter]: 'pcre:/etc/postfix/checks' },
  tables: { 'pcre:/etc/postfix/checks': { entries: [], answers: { ...NOTHING, ...answers } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'pin-table': [
    [
      'no table',
      { main: { milter_header_checks: '' } },
      [
        'fail The header of lane qtls becomes nothing, not FILTER qtls:: decisions are not carried out.',
      ],
    ],
    [
      'a pin to another lane',
      pins({ [QTLS]: 'FILTER tls:' }),
      [
        'fail The header of lane qtls becomes FILTER tls:, not FILTER qtls:: decisions are not carried out.',
      ],
    ],
    [
      'split with a listener of old',
      pins({ 'X-Postseal-Lane: split': 'FILTER split:[127.0.0.1]:9999' }),
      [
        'fail The header of lane split becomes FILTER split:[127.0.0.1]:9999, not FILTER split:[127.0.0.1]:10026: decisions are not carried out.',
      ],
    ],
    [
      'a table of the administrator’s before ours that knows the header',
      {
        main: { milter_header_checks: `pcre:/etc/postfix/own, ${PINS}` },
        tables: {
          'pcre:/etc/postfix/own': { entries: [], answers: { ...NOTHING, [QTLS]: 'HOLD' } },
        },
      },
      [
        'fail The header of lane qtls becomes HOLD, not FILTER qtls:: decisions are not carried out.',
      ],
    ],
    [
      'a table of the administrator’s that does not',
      {
        main: { milter_header_checks: `pcre:/etc/postfix/own, ${PINS}` },
        tables: { 'pcre:/etc/postfix/own': { entries: [], answers: NOTHING } },
      },
      [],
    ],
    [
      'a table that cannot be read',
      { tables: { [PINS]: { entries: undefined, answers: {}, trouble: 'permission denied' } } },
      ['unknown The pin table cannot be asked: permission denied.'],
    ],
    [
      'the cleanup service of the listeners without it',
      { services: { 'cleanup-seal/unix': { options: { milter_header_checks: '' } } } },
      [
        'fail The header of lane qtls becomes nothing, not FILTER qtls:: decisions are not carried out.',
      ],
    ],
    [
      'a product with its own next hop',
      {
        conf: '[[product]]\nname = "seppmail"\nnext_hop = "[seppmail.inside.example]:25"\n',
      },
      [],
    ],
  ],
  'client-pins': [
    [
      'pins in header_checks',
      clients('header_checks', { [QTLS]: 'FILTER qtls:' }),
      ['fail header_checks acts on the lane header of anybody: FILTER qtls:.'],
    ],
    [
      'pins in attached messages',
      clients('nested_header_checks', { [QTLS]: 'FILTER qtls:' }),
      ['fail nested_header_checks acts on the lane header of anybody: FILTER qtls:.'],
    ],
    ['a check that removes it', clients('header_checks', { [QTLS]: 'IGNORE' }), []],
  ],
  'reference-header': [
    [
      'a check that removes headers of X-',
      clients('header_checks', { [REFERENCE]: 'IGNORE' }),
      [
        'fail header_checks changes or removes X-Postseal-Reference: what is known of a message is lost on the way.',
      ],
    ],
    ['a check that only logs', clients('header_checks', { [REFERENCE]: 'INFO seen' }), []],
    [
      'a lane that removes it',
      {
        services: { 'split/unix': { options: { smtp_header_checks: 'pcre:/etc/postfix/out' } } },
        tables: {
          'pcre:/etc/postfix/out': { entries: [], answers: { ...NOTHING, [REFERENCE]: 'STRIP' } },
        },
      },
      [
        'fail smtp_header_checks changes or removes X-Postseal-Reference: what is known of a message is lost on the way.',
      ],
    ],
  ],
  'lane-header-stripped': [
    [
      'a lane without header checks',
      { services: { 'tls/unix': { options: { smtp_header_checks: '' } } } },
      ['fail tls/unix does not remove the lane header.'],
    ],
    [
      'a service for inside mail without them',
      { services: { 'relay/unix': { options: { smtp_header_checks: '' } } } },
      ['warn relay/unix does not remove the lane header.'],
    ],
    [
      'a table that cannot be asked',
      {
        services: { 'tls/unix': { options: { smtp_header_checks: 'pcre:/etc/postfix/x' } } },
        tables: { 'pcre:/etc/postfix/x': { entries: undefined } },
      },
      ['unknown smtp_header_checks of tls/unix cannot be asked.'],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, PIN_CHECKS, id, cases))
}

t.test('tables are asked for every lane and for the reference', async t => {
  t.strictSame(headerQuestions(['qtls', 'split']), [QTLS, 'X-Postseal-Lane: split', REFERENCE])
})
