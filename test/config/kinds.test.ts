import t from 'tap'
import { checkSettings } from '../../src/config/check.js'
import {
  boolean,
  choice,
  domains,
  duration,
  integer,
  list,
  path,
  size,
  socket,
  table,
  tables,
  text,
} from '../../src/config/kinds.js'
import type { Setting } from '../../src/config/setting.js'

const doc = 'x'
const word = text({ doc, pattern: /^[a-z]+$/, values: 'a word' })

const GOOD: readonly (readonly [string, Setting<unknown>, unknown, unknown])[] = [
  ['integer', integer({ doc, min: 1, max: 3 }), 3, 3],
  ['boolean', boolean({ doc }), false, false],
  ['text', text({ doc }), 'a', 'a'],
  ['choice', choice({ doc, values: ['a', 'b'] }), 'b', 'b'],
  ['duration', duration({ doc }), '2m', 120_000],
  ['size', size({ doc, min: '1K', max: '2K' }), '2K', 2048],
  ['path', path({ doc }), 'a/b', 'a/b'],
  ['socket', socket({ doc }), 'systemd', { kind: 'systemd' }],
  ['domains', domains({ doc }), ['A.example'], ['a.example']],
  ['list', list({ doc, of: word }), ['a', 'b'], ['a', 'b']],
  ['table', table({ doc, of: duration({ doc }) }), { a: '1s' }, { a: 1000 }],
  ['tables', tables({ doc, fields: { word } }), [{ word: 'a' }], [{ word: 'a' }]],
  ['a default', integer({ doc, default: 7 }), undefined, 7],
  ['a default with a unit', duration({ doc, default: '7s' }), undefined, 7000],
]

for (const [name, setting, input, want] of GOOD) {
  void t.test(`${name} is read`, async t => {
    const raw = input === undefined ? {} : { it: input }
    const { values } = checkSettings({ it: setting }, raw)
    t.strictSame(values?.it, want)
    t.ok(Object.isFrozen(values?.it))
  })
}

const BAD: readonly (readonly [string, Setting<unknown>, unknown, string, string])[] = [
  [
    'integer below',
    integer({ doc, min: 1, max: 3 }),
    0,
    'it',
    'must be a whole number from 1 to 3',
  ],
  [
    'integer above',
    integer({ doc, min: 1, max: 3 }),
    4,
    'it',
    'must be a whole number from 1 to 3',
  ],
  ['fraction', integer({ doc }), 1.5, 'it', 'must be a whole number from 0'],
  ['number as text', integer({ doc }), '1', 'it', 'must be a whole number from 0'],
  ['boolean', boolean({ doc }), 'yes', 'it', 'must be true or false'],
  ['text', word, 'A', 'it', 'must be a word'],
  [
    'choice with a near word',
    choice({ doc, values: ['observe', 'enforce'] }),
    'obsreve',
    'it',
    'must be one of "observe", "enforce"; did you mean "observe"?',
  ],
  ['choice', choice({ doc, values: ['a', 'b'] }), 5, 'it', 'must be one of "a", "b"'],
  [
    'duration without unit',
    duration({ doc }),
    30,
    'it',
    'must be a time with its unit (ms, s, m, h, d) such as "30s"',
  ],
  [
    'duration out of range',
    duration({ doc, min: '1s', max: '1h' }),
    '2h',
    'it',
    'must be a time with its unit (ms, s, m, h, d) such as "30s", from "1s" to "1h"',
  ],
  [
    'size',
    size({ doc, max: '1M' }),
    '2M',
    'it',
    'must be a size with its unit (B, K, M, G) such as "64M", at most "1M"',
  ],
  [
    'size without unit',
    size({ doc, min: '1M' }),
    '20',
    'it',
    'must be a size with its unit (B, K, M, G) such as "64M", at least "1M"',
  ],
  ['path with NUL', path({ doc }), 'a\0', 'it', 'must be a path'],
  [
    'socket',
    socket({ doc }),
    'inet:1',
    'it',
    'must be "unix:/PATH", "inet:HOST:PORT" or "systemd"',
  ],
  ['a domain of a list', domains({ doc }), ['ok.example', 'a b'], 'it.1', 'must be a domain name'],
  ['an entry of a list', list({ doc, of: word }), ['a', 1], 'it.1', 'must be a word'],
  [
    'list',
    list({ doc, of: word }),
    'a',
    'it',
    'must be a list of at most 10000 entries, each a word',
  ],
  ['a value of a table', table({ doc, of: word }), { a: 'B' }, 'it.a', 'must be a word'],
  [
    'a name of a table',
    table({ doc, of: word, names: /^x/ }),
    { a: 'b' },
    'it.a',
    'is no name for this table',
  ],
  ['missing', word, undefined, 'it', 'is missing; must be a word'],
  [
    'missing in a table of tables',
    tables({ doc, fields: { word } }),
    [{}],
    'it.0.word',
    'is missing; must be a word',
  ],
  [
    'unknown in a table of tables',
    tables({ doc, fields: { word } }),
    [{ word: 'a', wrod: 'a' }],
    'it.0.wrod',
    'unknown name, did you mean "word"?',
  ],
]

for (const [name, setting, input, path, what] of BAD) {
  void t.test(`${name} is refused with what it must be`, async t => {
    const raw = input === undefined ? {} : { it: input }
    const { problems } = checkSettings({ it: setting }, raw)
    t.strictSame(
      problems?.map(problem => [problem.path.join('.'), problem.what]),
      [[path, what]],
    )
  })
}
