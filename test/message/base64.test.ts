import fc from 'fast-check'
import t from 'tap'
import { base64Decoder } from '../../src/message/base64.js'
import { decodeAll } from '../support/message-decoding.js'

const CASES: readonly [name: string, input: string, want: string, isDamaged: boolean][] = [
  ['nothing', '', '', false],
  ['no padding needed', 'YWJj', 'abc', false],
  ['one pad', 'YWI=', 'ab', false],
  ['two pads', 'YQ==', 'a', false],
  ['lines and white space', 'YW\r\nJj \t\nZA==\r\n', 'abcd', false],
  ['other characters are skipped', 'Y*W-J_j', 'abc', true],
  ['missing padding', 'YWI', 'ab', true],
  ['a lone character', 'YWJjY', 'abc', true],
  ['a lone character before padding', 'YWJjY===', 'abc', true],
  ['text after padding is read too', 'YQ==YmM=', 'abc', true],
  ['padding alone', '====', '', false],
]

await t.test('decoding, in any chunks', t => {
  for (const [name, input, text, isDamaged] of CASES) {
    for (const size of [1, 2, 3, 100]) {
      t.same(decodeAll(base64Decoder(), input, size), { text, isDamaged }, `${name}, by ${size}`)
    }
  }
  t.end()
})

await t.test('what Node encodes is read back', t => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      (bytes, size) => {
        const want = Buffer.from(bytes)
        const { text, isDamaged } = decodeAll(base64Decoder(), want.toString('base64'), size)
        return text === want.toString('latin1') && !isDamaged
      },
    ),
  )
  t.pass('holds')
  t.end()
})

await t.test('any bytes are read, never more than there are', t => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.integer({ min: 1, max: 9 }),
      (input, size) => {
        return decodeAll(base64Decoder(), input, size).text.length <= input.length
      },
    ),
  )
  t.pass('holds')
  t.end()
})
