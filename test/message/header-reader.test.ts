import t from 'tap'
import { HeaderReader } from '../../src/message/header-reader.js'

type Case = [
  name: string,
  input: string,
  want: { ended: string | undefined; names?: string; last?: string; notes?: string },
]

const CASES: readonly Case[] = [
  ['fields and the empty line', 'A: b\r\nC:d\r\n\r\nrest', { ended: 'blank-line', names: 'A C' }],
  ['LF', 'A: b\n\nrest', { ended: 'blank-line', names: 'A' }],
  ['no fields', '\r\n', { ended: 'blank-line' }],
  [
    'folds belong to the field before',
    'A: b\r\n c\r\n\td\r\n\r\n',
    { ended: 'blank-line', names: 'A' },
  ],
  ['a fold without a field', ' c\r\n', { ended: 'other-line', last: ' c\r\n' }],
  [
    'a fold of white space only',
    'A: b\r\n \r\n\r\n',
    { ended: 'blank-line', names: 'A', notes: 'blank-fold 6' },
  ],
  [
    'white space before the colon',
    'A \t: b\r\n\r\n',
    { ended: 'blank-line', names: 'A', notes: 'field-name-space 0' },
  ],
  ['a line without a colon', 'A: b\r\nno\r\n', { ended: 'other-line', names: 'A', last: 'no\r\n' }],
  ['a name with a space', 'A b: c\r\n', { ended: 'other-line', last: 'A b: c\r\n' }],
  ['an empty name', ': c\r\n', { ended: 'other-line', last: ': c\r\n' }],
  ['an 8-bit name', '\xfc: c\r\n', { ended: 'other-line', last: '\xfc: c\r\n' }],
  [
    'the From line of a mailbox',
    'From a b\r\nA: b\r\n\r\n',
    { ended: 'blank-line', names: 'A', notes: 'mbox-line 0' },
  ],
  [
    'a From line further down',
    'A: b\r\nFrom a b\r\n',
    { ended: 'other-line', names: 'A', last: 'From a b\r\n' },
  ],
  ['a delimiter', 'A: b\r\n--b\r\n', { ended: 'delimiter', names: 'A', last: '--b\r\n' }],
  ['a field that starts like a delimiter', '--x: y\r\n\r\n', { ended: 'blank-line', names: '--x' }],
  [
    'the limit',
    `A: b\r\nC: ${'c'.repeat(100)}\r\n\r\n`,
    { ended: 'limit', names: 'A', last: `C: ${'c'.repeat(100)}\r\n` },
  ],
  ['an unfinished line', 'A: b\r\nC: d', { ended: undefined, names: 'A' }],
]

await t.test('header blocks, whole and byte by byte', t => {
  for (const [name, input, { ended, names = '', last = '', notes = '' }] of CASES) {
    for (const size of [1, input.length]) {
      const { reader, told } = read(input, size)
      const found = reader.marks.map(({ start, colon }) => reader.text.slice(start, colon).trim())
      t.equal(reader.ended, ended, name)
      t.equal(found.join(' '), names, name)
      t.equal(told.join(), notes, name)
      if (ended !== undefined) t.equal(reader.lastLine.toString('latin1'), last, name)
    }
  }
  t.end()
})

await t.test('the end of the message ends the header', t => {
  const cases = [
    ['', 'end', ''],
    ['A: b\r\n', 'end', 'A: b\r\n'],
    ['A: b', 'end', 'A: b'],
    ['no', 'other-line', ''],
    ['--b', 'delimiter', ''],
  ] as const
  for (const [input, ended, text] of cases) {
    const { reader } = read(input, 1)
    reader.finish()
    t.equal(reader.ended, ended, input)
    t.equal(reader.text, text, input)
  }
  t.end()
})

await t.test('a line without end is not collected for ever', t => {
  const { reader } = read('C: '.padEnd(200_000, 'c'), 64 * 1024)
  t.equal(reader.ended, 'limit')
  t.ok(reader.lastLine.length < 20_000)
  t.end()
})

function read(input: string, size: number): { reader: HeaderReader; told: string[] } {
  const told: string[] = []
  const reader = new HeaderReader({
    maxBytes: 60,
    isRoot: true,
    isDelimiter: line => line.toString().trimEnd() === '--b',
    note: (id, at) => told.push(`${id} ${at}`),
    lineBreak: () => undefined,
  })
  const bytes = Buffer.from(input, 'latin1')
  for (let at = 0; at < bytes.length && reader.ended === undefined; at += size) {
    reader.read(bytes.subarray(at, at + size), 0)
  }
  return { reader, told }
}
