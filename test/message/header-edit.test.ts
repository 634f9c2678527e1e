import t from 'tap'
import type { HeaderEdit } from '../../src/message/header-edit.js'
import { checkHeaderEdit, editedFields } from '../../src/message/header-edit.js'
import { parseMail } from '../../src/message/parse-mail.js'

const add = (name: string, value: string): HeaderEdit => ({ kind: 'add-header', name, value })

const GOOD: readonly HeaderEdit[] = [
  add('X-Any', ''),
  add('X-Any', ' value'),
  add('X-Any', 'folded\n\tvalue\n more'),
  add('X-Any', 'ü 8-bit'),
  add('X-Any', 'x'.repeat(998)),
  { kind: 'remove-header', name: 'A' },
  { kind: 'set-header', name: 'A', value: 'b', occurrence: 2 },
]

const REFUSED: readonly [name: string, edit: HeaderEdit][] = [
  ['an empty name', add('', 'x')],
  ['a name with a colon', add('A:', 'x')],
  ['a name with a space', add('A b', 'x')],
  ['a name with a line break', add('A\n', 'x')],
  ['an 8-bit name', add('Ä', 'x')],
  ['a name that is too long', add('A'.repeat(101), 'x')],
  ['a line break without white space', add('A', 'x\nBcc: y')],
  ['a line break at the end', add('A', 'x\n')],
  ['a fold of white space only', add('A', 'x\n \n y')],
  ['a carriage return', add('A', 'x\r\n y')],
  ['NUL', add('A', 'x\0')],
  ['a line that is too long', add('A', 'x'.repeat(999))],
  ['occurrence 0', { kind: 'remove-header', name: 'A', occurrence: 0 }],
  ['half an occurrence', { kind: 'set-header', name: 'A', value: 'b', occurrence: 1.5 }],
]

await t.test('header edits that are refused', t => {
  for (const edit of GOOD) checkHeaderEdit(edit)
  for (const [name, edit] of REFUSED) {
    t.throws(() => checkHeaderEdit(edit), { code: 'ERR_MESSAGE_EDIT' }, name)
    t.throws(() => editedFields([], [edit], '\n'), { code: 'ERR_MESSAGE_EDIT' }, name)
  }
  t.end()
})

await t.test('an error never holds the value', t => {
  t.throws(() => checkHeaderEdit(add('Subject', 'secret\0')), {
    message: /^(?!.*secret).*Subject/,
  })
  t.end()
})

const { fields } = parseMail(Buffer.from('A:1\nB:2\na:3\n\n')).root

const CASES: readonly [name: string, edits: HeaderEdit[], want: string[]][] = [
  ['nothing', [], ['0', '4', '8']],
  ['added at the end', [add('X', 'y')], ['0', '4', '8', 'X: y\r\n']],
  [
    'added on top, the last one first',
    [{ ...add('X', 'y'), at: 'top' } as HeaderEdit, { ...add('Z', 'z'), at: 'top' } as HeaderEdit],
    ['Z: z\r\n', 'X: y\r\n', '0', '4', '8'],
  ],
  ['set', [{ kind: 'set-header', name: 'b', value: '9' }], ['0', 'b: 9\r\n', '8']],
  [
    'set the second',
    [{ kind: 'set-header', name: 'A', value: ' 9', occurrence: 2 }],
    ['0', '4', 'A: 9\r\n'],
  ],
  [
    'set one that is not there',
    [{ kind: 'set-header', name: 'X', value: '9' }],
    ['0', '4', '8', 'X: 9\r\n'],
  ],
  ['remove one', [{ kind: 'remove-header', name: 'A', occurrence: 2 }], ['0', '4']],
  ['remove all', [{ kind: 'remove-header', name: 'A' }], ['4']],
  [
    'remove one that is not there',
    [{ kind: 'remove-header', name: 'A', occurrence: 3 }],
    ['0', '4', '8'],
  ],
  [
    'occurrences count the fields as received',
    [
      { kind: 'remove-header', name: 'A', occurrence: 1 },
      { kind: 'set-header', name: 'A', value: '9', occurrence: 2 },
    ],
    ['4', 'A: 9\r\n'],
  ],
  [
    'folds take the line break of the message',
    [add('X', 'y\n z')],
    ['0', '4', '8', 'X: y\r\n z\r\n'],
  ],
]

await t.test('header edits', t => {
  for (const [name, edits, want] of CASES) {
    const pieces = editedFields(fields, edits, '\r\n')
    t.same(
      pieces.map(piece => (typeof piece === 'string' ? piece : String(piece.start))),
      want,
      name,
    )
  }
  t.end()
})
