import t from 'tap'
import { accessTables, parseRestrictions } from '../../../src/postfix/doctor/restrictions.js'

t.test('restrictions with what they take', async t => {
  const cases: [value: string, want: (readonly [string, string | undefined])[]][] = [
    ['', []],
    [
      'permit_mynetworks, REJECT',
      [
        ['permit_mynetworks', undefined],
        ['reject', undefined],
      ],
    ],
    [
      'check_client_access hash:/a b',
      [
        ['check_client_access', 'hash:/a'],
        ['b', undefined],
      ],
    ],
    [
      'reject_rbl_client zen.example, check_policy_service { unix:private/p, timeout=5s }',
      [
        ['reject_rbl_client', 'zen.example'],
        ['check_policy_service', '{ unix:private/p, timeout=5s }'],
      ],
    ],
    [
      'warn_if_reject reject_unknown_client_hostname',
      [
        ['warn_if_reject', undefined],
        ['reject_unknown_client_hostname', undefined],
      ],
    ],
    ['check_sender_access', [['check_sender_access', undefined]]],
  ]
  for (const [value, want] of cases) {
    t.strictSame(
      parseRestrictions(value).map(({ name, argument }) => [name, argument]),
      want,
      value,
    )
  }
})

t.test('classes are put in, and one that names itself ends', async t => {
  const classes = new Map([
    ['inner', 'reject'],
    ['outer', 'inner, permit'],
    ['circle', 'circle, defer'],
  ])
  const names = (value: string): readonly string[] =>
    parseRestrictions(value, classes).map(({ name }) => name)
  t.strictSame(names('outer, x'), ['reject', 'permit', 'x'])
  t.strictSame(names('circle'), ['circle', 'defer'])
})

t.test('only access tables are tables', async t => {
  const restrictions = parseRestrictions(
    'check_client_access hash:/a, check_policy_service unix:private/p, reject_rbl_client z.example, check_recipient_access inline:{a=OK}',
  )
  t.strictSame(accessTables(restrictions), ['hash:/a', 'inline:{a=OK}'])
})
