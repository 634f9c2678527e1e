import t from 'tap'
import { namedInPatterns, sampleDomains } from '../../../src/postfix/doctor/outside-samples.js'
import { parseTableText, type Table } from '../../../src/postfix/doctor/table.js'

t.test('domains that are outside, and some that look like those inside', async t => {
  t.strictSame(sampleDomains(['partner.example', 'example.com'], ['.inside.example']), [
    'example.com',
    'example.net',
    'postseal-doctor.invalid',
    'partner.example',
    'not-inside.example',
    'notinside.example',
    'inside.example.example.com',
  ])
  const many = Array.from({ length: 50 }, (_, n) => `d${n}.example`)
  t.equal(sampleDomains([], many).length, 3 + 3 * 20, 'twenty stand for all')
})

const table = (name: string, text: string): Table => ({
  name,
  entries: parseTableText(text, name.slice(0, name.indexOf(':'))),
  trouble: undefined,
  answers: new Map(),
  files: undefined,
})

const CASES: readonly [pattern: string, want: readonly string[]][] = [
  ['/@partner\\.example$/', ['partner.example', 'postmaster@partner.example']],
  ['/@partner.example$/', ['partner.example', 'postmaster@partner.example']],
  [
    '/@(a\\.example|b\\.example)$/',
    ['a.example', 'postmaster@a.example', 'b.example', 'postmaster@b.example'],
  ],
  [
    '/@(a|b)\\.example$/',
    [
      'a.example',
      'postmaster@a.example',
      'b.example',
      'postmaster@b.example',
      'x.example',
      'postmaster@x.example',
    ],
  ],
  ['/\\.example$/', ['x.example', 'postmaster@x.example']],
  ['/^boss@/', ['boss@example.com']],
  ['/./', []],
]

t.test('what patterns name in so many words', async t => {
  for (const [pattern, want] of CASES) {
    t.strictSame(namedInPatterns(table('pcre:/t', `${pattern} smtp:\n`)), want, pattern)
  }
  t.strictSame(namedInPatterns(table('hash:/t', 'a.example smtp:\n')), [], 'a key is no pattern')
  t.strictSame(namedInPatterns(undefined), [])
})
