import t from 'tap'
import { applyEdits } from '../../src/message/apply-edits.js'
import type { Edit } from '../../src/message/edit.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { SAMPLES } from '../support/message-samples.js'

type Case = [name: string, input: string, edits: Edit[], want: string]

const ADD: Edit = { kind: 'add-header', name: 'X', value: 'ü\n z' }
const TOP: Edit = { ...ADD, at: 'top' }

const CASES: readonly Case[] = [
  ['a field at the end', 'A: b\r\n\r\nx', [ADD], 'A: b\r\nX: ü\r\n z\r\n\r\nx'],
  ['a field on top', 'A: b\r\n\r\nx', [TOP], 'X: ü\r\n z\r\nA: b\r\n\r\nx'],
  ['LF in an LF message', 'A: b\n\nx', [ADD], 'A: b\nX: ü\n z\n\nx'],
  ['a message without fields', '\r\nx', [ADD], 'X: ü\r\n z\r\n\r\nx'],
  ['a message that is one unfinished field', 'A: b', [ADD], 'A: b\r\nX: ü\r\n z\r\n'],
  ['a mailbox line stays first', 'From a\nA: b\n\n', [TOP], 'From a\nX: ü\n z\nA: b\n\n'],
  [
    'folds that are not touched stay',
    'A: b\n\t c\nD: e\n\n',
    [{ kind: 'remove-header', name: 'd' }],
    'A: b\n\t c\n\n',
  ],
  [
    'header and body together',
    'A: b\n\nxyz',
    [
      { kind: 'set-header', name: 'A', value: 'c' },
      { kind: 'splice', start: 7, end: 8, bytes: Buffer.from('YY') },
    ],
    'A: c\n\nxYYz',
  ],
  [
    'a splice alone',
    'A: b\n\nxyz',
    [{ kind: 'splice', start: 6, end: 6, bytes: Buffer.from('-') }],
    'A: b\n\n-xyz',
  ],
]

await t.test('edits', async t => {
  for (const [name, input, edits, want] of CASES) {
    t.equal((await edited(Buffer.from(input), edits)).toString(), want, name)
  }
})

await t.test('without edits a message comes out byte for byte', async t => {
  for (const sample of SAMPLES) {
    for (let size = 0; size <= sample.length; size += 7) {
      const bytes = sample.subarray(0, size)
      t.ok((await edited(bytes, [])).equals(bytes))
    }
  }
  t.ok(SAMPLES.length > 5)
})

await t.test('an impossible edit is refused before anything comes out', async t => {
  const pieces = applyEdits(parseMail(Buffer.from('A: b\n\nx')), [
    { kind: 'splice', start: 0, end: 1, bytes: Buffer.alloc(0) },
  ])
  await t.rejects(pieces.next(), { code: 'ERR_MESSAGE_EDIT' })
  const header = applyEdits(parseMail(Buffer.from('A: b\n\nx')), [
    { kind: 'remove-header', name: '' },
  ])
  await t.rejects(header.next(), { code: 'ERR_MESSAGE_EDIT' })
})

async function edited(input: Buffer, edits: readonly Edit[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of applyEdits(parseMail(input), edits)) pieces.push(piece)
  return Buffer.concat(pieces)
}
