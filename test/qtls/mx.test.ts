import t from 'tap'
import { isAddressLiteral, mxOf } from '../../src/qtls/mx.js'
import { fakeNames, type FakeName } from '../support/qtls-names.js'

const { signal } = new AbortController()
const CASES: [name: string, domain: FakeName | undefined, want: object][] = [
  [
    'servers come by rising preference, each once',
    {
      mx: [
        [20, 'b.test'],
        [10, 'c.test'],
        [10, 'a.test'],
        [30, 'a.test'],
      ],
    },
    {
      state: 'secure',
      kind: 'mx',
      records: [
        { preference: 10, host: 'a.test' },
        { preference: 10, host: 'c.test' },
        { preference: 20, host: 'b.test' },
      ],
      ttlSeconds: 300,
    },
  ],
  ['an empty name alone takes no mail', { mx: [[0, '']] }, { kind: 'null-mx', records: [] }],
  [
    'an empty name beside others means nothing',
    {
      mx: [
        [0, ''],
        [5, 'a.test'],
      ],
    },
    { kind: 'mx', records: [{ preference: 5, host: 'a.test' }] },
  ],
  [
    'without MX records the domain is its own server',
    { a: ['192.0.2.1'] },
    { kind: 'implicit', records: [{ preference: 0, host: 'd.test' }] },
  ],
  ['a name that does not exist is no domain', undefined, { kind: 'nxdomain', records: [] }],
  ['a wrong signature is no answer', { state: 'bogus' }, { kind: 'unanswered', state: 'bogus' }],
  ['nor is silence', { state: 'timeout' }, { kind: 'unanswered', state: 'timeout' }],
  [
    'without signatures it is insecure',
    { mx: [[1, 'a.test']], state: 'insecure' },
    { state: 'insecure' },
  ],
]

for (const [name, domain, want] of CASES) {
  await t.test(name, async t => {
    const names = fakeNames(domain === undefined ? {} : { 'd.test': domain })
    t.match(await mxOf(names, 'd.test', signal), want)
  })
}

await t.test('a domain that is an alias has the servers of what it is one for', async t => {
  const names = fakeNames({ 'd.test': { cname: 'e.test' }, 'e.test': { mx: [[1, 'a.test']] } })
  t.match(await mxOf(names, 'd.test', signal), {
    aliases: ['e.test'],
    records: [{ host: 'a.test' }],
  })
})

await t.test('an address in place of a name is seen', async t => {
  t.same(['192.0.2.1', '[192.0.2.1]', '2001:db8::1', 'mx.test'].map(isAddressLiteral), [
    true,
    true,
    true,
    false,
  ])
})
