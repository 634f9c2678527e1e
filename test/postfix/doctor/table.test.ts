import t from 'tap'
import {
  askTables,
  parseTableKeys,
  parseTableListing,
  parseTableName,
  parseTableText,
  placeOf,
  tablesIn,
} from '../../../src/postfix/doctor/table.js'
import { doctorFacts } from '../../support/doctor-facts.js'

t.test('names of tables', async t => {
  const cases: [name: string, type: string, path: string][] = [
    ['hash:/etc/postfix/transport', 'hash', '/etc/postfix/transport'],
    ['proxy:mysql:/etc/postfix/t.cf', 'mysql', '/etc/postfix/t.cf'],
    ['/etc/postfix/plain', 'hash', '/etc/postfix/plain'],
    ['inline:{a=b:c}', 'inline', '{a=b:c}'],
    ['', 'hash', ''],
  ]
  for (const [name, type, path] of cases) t.strictSame(parseTableName(name), { type, path }, name)
})

t.test('lists of tables', async t => {
  t.strictSame(tablesIn('hash:/a, regexp:/b  inline:{ x=y, z=w }'), [
    'hash:/a',
    'regexp:/b',
    'inline:{ x=y, z=w }',
  ])
  t.strictSame(tablesIn(''), [])
  t.strictSame(tablesIn('/no/type, plain'), [])
})

t.test('texts of tables, line by line', async t => {
  t.strictSame(
    parseTableText(
      '# a comment\n\nA.Example  smtp:[192.0.2.1]\nb.example\n  relay:x\n  # inside\n\tand more\nlonely\n',
      'texthash',
    ),
    [
      { key: 'a.example', value: 'smtp:[192.0.2.1]', line: 3 },
      { key: 'b.example', value: 'relay:x and more', line: 4 },
    ],
  )
})

t.test('patterns keep their letters, their blanks and their delimiters', async t => {
  const cases: [line: string, key: string, value: string][] = [
    ['/^Subject: A b/i REJECT no', '/^Subject: A b/i', 'REJECT no'],
    ['!/a\\/b/ OK', '!/a\\/b/', 'OK'],
    ['|x y|  FILTER z:', '|x y|', 'FILTER z:'],
    ['10.0.0.0/8 permit', '10.0.0.0/8', 'permit'],
  ]
  for (const [line, key, value] of cases) {
    t.strictSame(parseTableText(line, 'pcre'), [{ key, value, line: 1 }], line)
  }
  t.strictSame(parseTableText('if /x/\n/y/ OK\nendif\n/z/\n', 'pcre'), [
    { key: '/y/', value: 'OK', line: 2 },
  ])
})

t.test('files of names', async t => {
  t.strictSame(parseTableKeys('# x\nA.example, b.example\n  c.example\n'), [
    { key: 'a.example', value: '', line: 2 },
    { key: 'b.example', value: '', line: 2 },
    { key: 'c.example', value: '', line: 2 },
  ])
})

t.test('what postmap lists', async t => {
  t.strictSame(parseTableListing('a.example\tx:y z\n\nno tab\n'), [
    { key: 'a.example', value: 'x:y z', line: undefined },
  ])
})

t.test('of several tables the first that knows a key counts', async t => {
  const facts = doctorFacts({
    tables: {
      'hash:/a': { entries: [], answers: { k: undefined } },
      'hash:/b': { entries: [], answers: { k: 'second' } },
      'hash:/dead': { entries: undefined, trouble: 'broken' },
    },
  })
  t.strictSame(askTables(facts, 'hash:/a, hash:/b', 'k'), {
    known: true,
    table: 'hash:/b',
    value: 'second',
  })
  t.strictSame(askTables(facts, 'hash:/a', 'k'), { known: false, unsure: undefined })
  t.match(askTables(facts, 'hash:/dead, hash:/a', 'k'), {
    known: false,
    unsure: { name: 'hash:/dead' },
  })
  t.strictSame(askTables(facts, '', 'k'), { known: false, unsure: undefined })
})

t.test('a table without a file is named by its name', async t => {
  const facts = doctorFacts({ tables: { 'inline:{a=b}': { entries: [], files: undefined } } })
  const [inline, file] = ['inline:{a=b}', 'hash:/etc/postfix/transport'].map(name =>
    facts.tables.get(name),
  )
  t.equal(inline && placeOf(inline), 'inline:{a=b}')
  t.equal(file && placeOf(file), '/etc/postfix/transport')
})
