import fc from 'fast-check'
import t from 'tap'
import type { LevelChange } from '../../src/store/admin.js'
import { checkedChange, importLevels } from '../../src/store/import-levels.js'
import { all } from '../support/store-records.js'

const OPTIONS = { customer: '*', by: 'root', reason: 'the list' }

async function importText(text: string) {
  const groups: (readonly LevelChange[])[] = []
  const results = await all(
    importLevels(text.split('\n'), OPTIONS, async changes => void groups.push(changes)),
  )
  return { results, groups, changes: groups.flat() }
}

const GOOD: readonly (readonly [name: string, line: string, want: Partial<LevelChange>])[] = [
  ['two fields', 'a.example,none', { domain: 'a.example', level: 'none', reason: 'the list' }],
  ['blanks and capitals', ' A.Example , None ', { domain: 'a.example', level: 'none' }],
  ['semicolons', 'a.example;none;2027-01-31;why', { until: Date.UTC(2027, 0, 31), reason: 'why' }],
  ['tabs', 'a.example\tnone\t\twhy', { reason: 'why' }],
  ['a time', 'a.example,none,2027-01-31T12:00:00Z', { until: Date.UTC(2027, 0, 31, 12) }],
  ['quotes', '"a.example","none","","he said ""no"", twice"', { reason: 'he said "no", twice' }],
  ['no host names', 'a.example,none', { match: [], dane: false }],
  [
    'host names',
    'a.example,none,,,MX1.a.example  bücher.example. mx1.a.example',
    { match: ['mx1.a.example', 'xn--bcher-kva.example'], dane: false },
  ],
  ['DANE', 'a.example;none;;;;DANE', { match: [], dane: true }],
  ['a byte order mark', '\ufeffa.example,none', { domain: 'a.example' }],
]

for (const [name, line, want] of GOOD) {
  void t.test(`a line is read: ${name}`, async t => {
    const { results, changes } = await importText(line)
    t.match(results, [{ line: 1, domain: 'a.example', level: 'none' }])
    t.match(changes, [want])
  })
}

const BAD: readonly (readonly [name: string, line: string, want: RegExp])[] = [
  ['no level', 'a.example', /not a level: ""/],
  ['an unknown level', 'a.example,best', /not a level: "best" \(qualified, mandatory/],
  ['a level that nobody sets', 'a.example,internal', /not a level/],
  ['no domain', ',none', /not a domain: ""/],
  ['an address', 'a@a.example,none', /not a domain/],
  ['a wrong day', 'a.example,none,31.1.2027', /not a time: "31\.1\.2027"/],
  ['seven fields', 'a.example,none,,why,,,more', /more than six fields/],
  ['no host name', 'a.example,none,,why,mx', /not a host name: "mx"/],
  ['an address as host name', 'a.example,none,,,mx.a.example 192.0.2.1', /not a host name/],
  ['another word than dane', 'a.example,none,,,,yes', /neither empty nor "dane"/],
  ['text after a quote', '"a.example"x,none', /after a closing quote/],
  ['an open quote', '"a.example,none', /not a domain/],
  ['a long line', `a.example,none,,${'x'.repeat(5000)}`, /longer than 4096/],
  ['a long reason', `a.example,none,,${'x'.repeat(1001)}`, /1000 characters/],
]

for (const [name, line, want] of BAD) {
  void t.test(`a bad line gets an error and the rest goes on: ${name}`, async t => {
    const { results, changes } = await importText(`${line}\nb.example,none`)
    t.match(results, [
      { line: 1, error: want },
      { line: 2, domain: 'b.example' },
    ])
    t.same(
      changes.map(change => change.domain),
      ['b.example'],
    )
  })
}

void t.test('empty lines and comments count as lines and give no result', async t => {
  const { results } = await importText('# domains\n\n  \na.example,none\n')
  t.match(results, [{ line: 4 }])
  t.equal(results.length, 1)
})

void t.test('a long list is written in groups, all lines of it', async t => {
  const text = Array.from({ length: 1200 }, (_, index) => `d${index}.example,none`).join('\n')
  const { results, groups } = await importText(text)
  t.same(
    groups.map(group => group.length),
    [500, 500, 200],
  )
  t.equal(results.length, 1200)
})

void t.test('whatever a file holds, every line has a result or is a comment', async t => {
  const bytes = fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\\', 'a', '.', '\0', 'ü', ' '),
  })
  let seen = 0
  await fc.assert(
    fc.asyncProperty(bytes, async line => {
      const { results } = await importText(line)
      t.equal(results.length, /^\s*$/.test(line) ? 0 : 1)
      seen += 1
    }),
  )
  t.ok(seen > 50)
})

void t.test('a change names who did it and why', async t => {
  const change = { ...OPTIONS, domain: 'A.example', level: 'none' } as const
  t.match(checkedChange(change), { domain: 'a.example' })
  t.throws(() => checkedChange({ ...change, by: '' }), { message: /needs a name/ })
})
