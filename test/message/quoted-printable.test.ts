import fc from 'fast-check'
import t from 'tap'
import { encodeBody } from '../../src/message/encode-body.js'
import { decodeQ, quotedPrintableDecoder } from '../../src/message/quoted-printable.js'
import { decodeAll } from '../support/message-decoding.js'

const CASES: readonly [name: string, input: string, want: string, isDamaged: boolean][] = [
  ['plain text', 'abc\r\ndef', 'abc\r\ndef', false],
  ['escapes in both cases', '=C3=bc', '\xc3\xbc', false],
  ['an escaped equals sign', '=3D3D', '=3D', false],
  ['soft breaks', 'a=\r\nb=\nc', 'abc', false],
  ['a soft break with white space after it', 'a= \t\r\nb', 'ab', false],
  ['white space at the end of a line is padding', 'a \t\r\nb  \nc', 'a\r\nb\nc', false],
  ['white space inside a line stays', 'a \t b', 'a \t b', false],
  ['white space at the end of the part is padding', 'a ', 'a', false],
  ['a soft break at the end of the part', 'a=', 'a', false],
  ['a soft break with padding at the end', 'a= ', 'a', false],
  ['an escape that is none', 'a=XYb', 'a=XYb', true],
  ['half an escape', 'a=4Zb', 'a=4Zb', true],
  ['half an escape at the end', 'a=4', 'a=4', true],
  ['an escape after a broken one', '==41', '=A', true],
  ['a soft break that is none', 'a= b', 'a= b', true],
  ['an equals sign after white space', 'a =41', 'a A', false],
  ['a bare carriage return in white space', 'a \rb', 'a \rb', false],
  ['a soft break with a bare carriage return', '=\rb', '=\rb', true],
]

await t.test('decoding, in any chunks', t => {
  for (const [name, input, text, isDamaged] of CASES) {
    for (const size of [1, 2, 3, 100]) {
      const got = decodeAll(quotedPrintableDecoder(), input, size)
      t.same(got, { text, isDamaged }, `${name}, by ${size}`)
    }
  }
  t.end()
})

await t.test('an endless run of white space is not held back', t => {
  const run = ' '.repeat(3000)
  t.equal(decodeAll(quotedPrintableDecoder(), `a${run}b`, 100).text, `a${run}b`)
  const { text, isDamaged } = decodeAll(quotedPrintableDecoder(), `=${run}b`, 100)
  t.same([text, isDamaged], [`=${run}b`, true])
  t.end()
})

await t.test('what is encoded is read back', t => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (bytes, size) => {
        const input = encodeBody(Buffer.from(bytes), 'quoted-printable').toString('latin1')
        const { text, isDamaged } = decodeAll(quotedPrintableDecoder(), input, size)
        return text === Buffer.from(bytes).toString('latin1') && !isDamaged
      },
    ),
  )
  t.pass('holds')
  t.end()
})

await t.test('chunks make no difference, whatever the bytes', t => {
  const piece = fc.constantFrom('=', '4', '1', ' ', '\t', '\r', '\n', 'x', '=41', '=\r\n')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      (pieces, size) => {
        const input = pieces.join('')
        const whole = decodeAll(quotedPrintableDecoder(), input)
        const split = decodeAll(quotedPrintableDecoder(), input, size)
        return whole.text === split.text && whole.isDamaged === split.isDamaged
      },
    ),
    { numRuns: 2000 },
  )
  t.pass('holds')
  t.end()
})

await t.test('the Q form of encoded-words', t => {
  t.equal(decodeQ('a_b=5F=FC').toString('latin1'), 'a b_\xfc')
  t.end()
})
