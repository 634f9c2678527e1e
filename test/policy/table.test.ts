import t from 'tap'
import { parseTable } from '../../src/policy/table.js'

const HEAD = 'row\tclass\tkind\tlevel\twaited\tcontent\tstrength\tcoverage\taction\twhy'
const ALL = '*\t*\t*\t*\t*\t*\t*'
const table = (...lines: string[]): string => [HEAD, ...lines].join('\n')

t.test('a table is read with its lines', async t => {
  const { rows, file } = parseTable(
    table(
      '# a comment',
      '',
      `high.1\thigh, confidential\t*\t*\t*\t*\t*\t*\thold\tlook at it\r`,
      `any.1\t${ALL}\treject\tno`,
    ),
    'file.tsv',
  )
  t.equal(file, 'file.tsv')
  t.match(rows, [
    { name: 'high.1', line: 4, action: 'hold', why: 'look at it' },
    { name: 'any.1', line: 5, action: 'reject', why: 'no' },
  ])
  t.same([...(rows[0]?.when.class ?? [])], ['high', 'confidential'])
  t.equal(rows[1]?.when.level.size, 5)
})

t.test('whatever is wrong with a table is said with file and line', async t => {
  const last = `any.1\t${ALL}\treject\tno`
  const cases: [string, string, RegExp][] = [
    ['no head', last, /^f:1: the first line must name the columns row, class/],
    ['too few columns', table(`x.1\t*\treject\tno`, last), /^f:2: 4 columns where 10 are wanted$/],
    [
      'a bad name',
      table(`First\t${ALL}\treject\tno`, last),
      /^f:2: "First" is no row name like high\.2$/,
    ],
    [
      'an unknown value',
      table(`x.1\thihg\t*\t*\t*\t*\t*\t*\treject\tno`, last),
      /^f:2: class "hihg" is none of normal, high, confidential, \*$/,
    ],
    [
      'an unknown action',
      table(`x.1\t${ALL}\tsend\tno`, last),
      /^f:2: "send" is none of deliver, seal/,
    ],
    ['a hand-over', table(`x.1\t${ALL}\thand-over\tno`, last), /^f:2: "hand-over" is none of/],
    ['no reason', table(`x.1\t${ALL}\treject\t`, last), /^f:2: the last column must say why$/],
    [
      'a name twice',
      table(`any.1\thigh\t*\t*\t*\t*\t*\t*\treject\tno`, last),
      /^f:3: any\.1 stands on line 2 already$/,
    ],
    ['a dead row', table(last, `any.2\t${ALL}\treject\tno`), /^f:3: any\.2 can never fire/],
    [
      'a gap',
      table(`x.1\thigh\t*\t*\t*\t*\t*\t*\treject\tno`),
      /^f: no row for \d+ situations, the first is class=normal/,
    ],
    ['nothing at all', '', /^f: no row for 8100 situations/],
    ['several things', table(`a\t${ALL}\tsend\t`, last), /^f:2: .*\nf:2: .*\nf:2: /],
  ]
  for (const [name, text, message] of cases)
    t.throws(() => parseTable(text, 'f'), { code: 'ERR_POLICY_TABLE', message }, name)
  t.ok(cases.length > 0)
})
