import fc from 'fast-check'
import t from 'tap'
import {
  type Modification,
  applyModifications,
  joinMessage,
  splitMessage,
} from '../../src/milter/index.js'

const SPLITS: [name: string, message: string, header: [string, string][], body: string][] = [
  ['CRLF', 'A: b\r\n\r\nbody\r\n', [['A', ' b']], 'body\r\n'],
  ['LF, and no line end at the end', 'A: b\n\nbody', [['A', ' b']], 'body\r\n'],
  ['no body', 'A: b\n', [['A', ' b']], ''],
  ['an empty body', 'A: b\n\n', [['A', ' b']], ''],
  ['a body of an empty line', 'A: b\n\n\n', [['A', ' b']], '\r\n'],
  ['nothing', '', [], ''],
  ['no header', '\nbody\n', [], 'body\r\n'],
  [
    'folds',
    'A: b\n\tc\n d\nE:f\n\n',
    [
      ['A', ' b\n\tc\n d'],
      ['E', 'f'],
    ],
    '',
  ],
  [
    'spaces',
    'A:\nB:  \nC : d\n\n',
    [
      ['A', ''],
      ['B', '  '],
      ['C', ' d'],
    ],
    '',
  ],
  [
    'a line that is no field ends the header',
    'A: b\nno field\n\nx\n',
    [['A', ' b']],
    'no field\r\n\r\nx\r\n',
  ],
  ['a fold without a field', ' x\nA: b\n', [], ' x\r\nA: b\r\n'],
  ['bytes', 'A: \xff\0\n\n\xfe\0\r\n', [['A', ' \xff\0']], '\xfe\0\r\n'],
]

await t.test('a message is split as Postfix does', async t => {
  let seen = 0
  for (const [name, message, header, body] of SPLITS) {
    const split = splitMessage(Buffer.from(message, 'latin1'))
    t.same(
      split.fields.map(({ name, value }) => [name, value]),
      header,
      name,
    )
    t.equal(split.body.toString('latin1'), body, name)
    seen += 1
  }
  t.equal(seen, SPLITS.length)
})

await t.test('a message with CRLF comes back byte for byte', async t => {
  const name = fc.stringMatching(/^[!-9;-~]+$/)
  const line = fc.stringMatching(/^[ -~\x80-\xff]*$/)
  const fold = fc.stringMatching(/^[\t ][ -~]*$/)
  const field = fc
    .tuple(name, line, fc.array(fold))
    .map(([name, value, folds]) => [`${name}:${value}`, ...folds, ''].join('\r\n'))
  fc.assert(
    fc.property(fc.array(field), fc.array(line), (fields, lines) => {
      const message = `${fields.join('')}\r\n${lines.map(text => `${text}\r\n`).join('')}`
      return (
        joinMessage(splitMessage(Buffer.from(message, 'latin1'))).toString('latin1') === message
      )
    }),
  )
  t.pass('as the property says')
})

const MESSAGE = splitMessage(Buffer.from('A: 1\nB: 2\na: 3\n\nbody\n'))
const ENVELOPE = { sender: 'a@sender.test', recipients: ['x@rcpt.test', 'y@rcpt.test'] }

const add = (name: string, value: string): Modification => ({ kind: 'add-header', name, value })
const insert = (index: number, name: string, value: string): Modification => ({
  kind: 'insert-header',
  index,
  name,
  value,
})
const change = (index: number, name: string, value: string): Modification => ({
  kind: 'change-header',
  index,
  name,
  value,
})
const body = (text: string): Modification => ({ kind: 'replace-body', chunk: Buffer.from(text) })

const EDITS: [name: string, edits: Modification[], message: string][] = [
  ['nothing', [], 'A: 1|B: 2|a: 3||body|'],
  ['an addition', [add('C', ' 4')], 'A: 1|B: 2|a: 3|C: 4||body|'],
  ['an insertion above all', [insert(0, 'C', ' 4')], 'C: 4|A: 1|B: 2|a: 3||body|'],
  ['an insertion below the own Received', [insert(1, 'C', ' 4')], 'C: 4|A: 1|B: 2|a: 3||body|'],
  [
    'insertions one after the other',
    [insert(2, 'C', ' 4'), insert(3, 'D', ' 5')],
    'A: 1|C: 4|D: 5|B: 2|a: 3||body|',
  ],
  ['an insertion behind the end', [insert(99, 'C', ' 4')], 'A: 1|B: 2|a: 3|C: 4||body|'],
  ['a change of the second of a name', [change(2, 'A', ' 4')], 'A: 1|B: 2|A: 4||body|'],
  ['index 0 is index 1', [change(0, 'b', ' 4')], 'A: 1|b: 4|a: 3||body|'],
  [
    'a deletion, after which the second is the first',
    [change(1, 'A', ''), change(1, 'A', ' 4')],
    'B: 2|A: 4||body|',
  ],
  ['a change of what is not there', [change(3, 'A', ' 4')], 'A: 1|B: 2|a: 3|A: 4||body|'],
  ['a deletion of what is not there', [change(3, 'A', '')], 'A: 1|B: 2|a: 3||body|'],
  ['the own Received is not to be changed', [change(1, 'Received', '')], 'A: 1|B: 2|a: 3||body|'],
  ['a fold without a blank gets a tab', [add('C', ' 4\n5')], 'A: 1|B: 2|a: 3|C: 4|\t5||body|'],
  [
    'a body in pieces',
    [add('C', ' 4'), body('new '), body('body\r\n')],
    'A: 1|B: 2|a: 3|C: 4||new body|',
  ],
  ['a body without line end', [body('new\nbody')], 'A: 1|B: 2|a: 3||new|body|'],
  ['a body of nothing', [body('')], 'A: 1|B: 2|a: 3||'],
]

await t.test('edits are made as Postfix makes them', async t => {
  let seen = 0
  for (const [name, edits, message] of EDITS) {
    const edited = applyModifications(MESSAGE, ENVELOPE, edits, true)
    t.equal(joinMessage(edited).toString('latin1'), message.replaceAll('|', '\r\n'), name)
    seen += 1
  }
  t.equal(seen, EDITS.length)
  const spaced = applyModifications(MESSAGE, ENVELOPE, [add('C', '4')], false)
  t.same(spaced.fields.at(-1), { name: 'C', value: ' 4' }, 'without LEADSPC a space is put')
})

await t.test('edits of the envelope', async t => {
  const edited = applyModifications(
    MESSAGE,
    ENVELOPE,
    [
      { kind: 'change-sender', address: '<b@sender.test>', parameters: 'RET=HDRS' },
      { kind: 'add-recipient', address: '<z\xc3\xa4@rcpt.test>', parameters: 'NOTIFY=NEVER' },
      { kind: 'add-recipient', address: 'x@rcpt.test', parameters: '' },
      { kind: 'remove-recipient', address: '<y@rcpt.test>' },
      { kind: 'quarantine', reason: 'why' },
    ],
    true,
  )
  t.match(edited, {
    sender: '<b@sender.test>',
    senderParameters: 'RET=HDRS',
    recipients: ['<x@rcpt.test>', '<zä@rcpt.test>'],
    quarantine: 'why',
  })
  t.equal(edited.recipients.length, 2)
})

await t.test('what Postfix refuses is refused', async t => {
  const apply = (edits: Modification[]) => () => applyModifications(MESSAGE, ENVELOPE, edits, true)
  const refused = { code: 'ERR_MILTER_PROTOCOL' }
  t.throws(apply([body('a'), add('C', ' 4'), body('b')]), refused, 'a body in two places')
  t.throws(apply([insert(2 ** 31, 'C', ' 4')]), refused, 'an index below zero')
  t.throws(apply([change(2 ** 32 - 1, 'A', ' 4')]), refused, 'an index below zero')
})
