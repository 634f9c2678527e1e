import t from 'tap'
import {
  cutFields,
  fieldsNamed,
  firstField,
  noteHeaderDamage,
  unfold,
  utf8OrLatin1,
} from '../../src/message/header-fields.js'

await t.test('fields keep their raw value and their place', t => {
  const block = 'A: b\r\n c\r\nX \t:d\n\r\n'
  const marks = [
    { start: 0, colon: 1 },
    { start: 10, colon: 13 },
  ]
  t.same(cutFields(block, marks, 16, 100), [
    { name: 'A', range: { start: 100, end: 110 }, raw: ' b\r\n c', value: 'b c' },
    { name: 'X', range: { start: 110, end: 116 }, raw: 'd', value: 'd' },
  ])
  t.end()
})

await t.test('names compare without case', t => {
  const fields = cutFields(
    'To:1\nXX:2\ntO:3\n',
    [0, 5, 10].map(start => ({ start, colon: start + 2 })),
    15,
    0,
  )
  t.same(
    fieldsNamed({ fields }, 'TO').map(({ value }) => value),
    ['1', '3'],
  )
  t.equal(firstField({ fields }, 'to')?.value, '1')
  t.equal(firstField({ fields }, 'cc'), undefined)
  t.same(fieldsNamed({ fields }, 'cc'), [])
  t.end()
})

const VALUES: readonly [name: string, raw: string, want: string][] = [
  ['white space around goes, inside stays', ' a  b ', 'a  b'],
  ['a fold loses its line break only', ' a\r\n\tb\n c', 'a\tb c'],
  ['UTF-8 is read as such', ' Gr\xc3\xbc\xc3\x9fe', 'Grüße'],
  ['other 8-bit bytes are latin1', ' Gr\xfc\xdfe', 'Grüße'],
  ['a character split by a fold is whole again', ' \xc3\r\n\xbc', 'ü'],
]

await t.test('values', t => {
  for (const [name, raw, want] of VALUES) t.equal(unfold(raw), want, name)
  t.equal(utf8OrLatin1('plain'), 'plain')
  t.end()
})

await t.test('NUL and bare carriage returns are told with their place', t => {
  const told: string[] = []
  noteHeaderDamage('A: b\r\nC: d\re\0\r\n\r\n', 10, (id, at) => told.push(`${id} ${at}`))
  noteHeaderDamage('A: b\r\n\r\n', 0, id => told.push(id))
  noteHeaderDamage('A: b\r', 0, (id, at) => told.push(`${id} ${at}`))
  t.same(told, ['nul-in-header 22', 'bare-cr 20', 'bare-cr 4'])
  t.end()
})
