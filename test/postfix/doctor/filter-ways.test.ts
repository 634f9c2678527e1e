import t from 'tap'
import { filterWays, wayOf, type Way } from '../../../src/postfix/doctor/filter-ways.js'
import { checkCases, doctorFacts, resultFor } from '../../support/doctor-facts.js'

const SCAN = 'scan unix - n n - 10 pipe argv=/usr/bin/scan'

const WAYS: readonly [target: string, want: Way][] = [
  ['smtp:[127.0.0.1]:10024', 'here'],
  ['smtp:127.0.0.1:10024', 'here'],
  ['lmtp:unix:private/filter', 'here'],
  ['lmtp:inet:127.0.0.1:10024', 'here'],
  ['scan:dummy', 'here'],
  ['scan', 'here'],
  ['split:[127.0.0.1]:10026', 'here'],
  ['smtp:[10.0.0.7]:10024', 'near'],
  ['smtp:[filter.inside.example]:10024', 'near'],
  ['smtp:filter.inside.example:10024', 'near'],
  ['smtp:filter.inside.example', 'away'],
  ['smtp:[192.0.2.1]', 'away'],
  ['smtp:', 'away'],
  ['smtp', 'away'],
  ['sealed:', 'away'],
  ['split:', 'away'],
  ['absent:', 'away'],
]

t.test('where a filter takes a message', async t => {
  const facts = doctorFacts({ master: SCAN })
  for (const [target, want] of WAYS) t.equal(wayOf(facts, target), want, target)
})

t.test('filters that take messages away', t =>
  checkCases(t, [filterWays], 'filter-ways', [
    ['a filter on this machine', { main: { content_filter: 'smtp:[127.0.0.1]:10024' } }, []],
    ['a program', { master: SCAN, main: { content_filter: 'scan:dummy' } }, []],
    [
      'a transport without a next hop',
      { main: { content_filter: 'smtp:' } },
      ['fail All mail leaves by content_filter (smtp:), past the lane split.'],
    ],
    [
      'a door alone',
      { services: { 'smtp/inet': { options: { content_filter: 'smtp:[192.0.2.1]' } } } },
      [
        'fail What comes by smtp/inet leaves by content_filter (smtp:[192.0.2.1]), past the lane split.',
      ],
    ],
    [
      'mail of this machine alone',
      { services: { 'pickup/unix': { options: { content_filter: 'smtp:' } } } },
      ['fail What comes by pickup/unix leaves by content_filter (smtp:), past the lane split.'],
    ],
    [
      'a filter on another machine',
      { main: { content_filter: 'smtp:[10.0.0.7]:10024' } },
      [
        'warn All mail goes to smtp:[10.0.0.7]:10024 undecided: nobody here sees whether it comes back.',
      ],
    ],
    ['a proxy on this machine', { main: { smtpd_proxy_filter: '10024' } }, []],
    [
      'a proxy outside, at a listener',
      {
        services: { '127.0.0.1:10026/inet': { options: { smtpd_proxy_filter: '192.0.2.1:25' } } },
      },
      [
        'fail What comes by 127.0.0.1:10026/inet leaves by smtpd_proxy_filter (192.0.2.1:25), past the lane split.',
      ],
    ],
  ]),
)

t.test('a filter is taken out where it stands', async t => {
  const { problems } = resultFor([filterWays], 'filter-ways', {
    services: { 'pickup/unix': { options: { content_filter: 'smtp:' } } },
  })
  t.strictSame(problems[0]?.fix, [
    { service: 'pickup/unix', parameter: 'content_filter', value: '' },
  ])
})
