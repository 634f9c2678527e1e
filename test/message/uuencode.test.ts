import fc from 'fast-check'
import t from 'tap'
import { uudecoder } from '../../src/message/uuencode.js'
import { decodeAll } from '../support/message-decoding.js'

const CASES: readonly [name: string, input: string, want: string, isDamaged: boolean][] = [
  ['one line', 'begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n', 'abc', false],
  ['LF and spaces for zero', 'begin 644 a\n#86)C\n \nend\n', 'abc', false],
  ['no break after the end', 'begin 644 a\n#86)C\n`\nend', 'abc', false],
  ['trailing spaces that were lost', 'begin 644 a\n#\n`\nend', '\0\0\0', true],
  ['one space that was lost', 'begin 644 a\n#86)\n`\nend', 'ab@', false],
  ['text before and after', 'hello\n\nbegin 644 a\n#86)C\nend\nbye', 'abc', true],
  ['no end', 'begin 644 a\n#86)C\n', 'abc', true],
  ['no begin', '#86)C\n', '', true],
  ['a line that is too long', `begin 644 a\n#86)C${'x'.repeat(400)}\nend\n`, 'abc', true],
  ['text behind the data of a line', 'begin 644 a\n#86)C Befund\n`\nend\n', 'abc', true],
  ['a checksum behind the data of a line', 'begin 644 a\n#86)CX\n`\nend\n', 'abc', false],
  ['nothing', '', '', true],
]

await t.test('decoding, in any chunks', t => {
  for (const [name, input, text, isDamaged] of CASES) {
    for (const size of [1, 7, 1000]) {
      t.same(decodeAll(uudecoder(), input, size), { text, isDamaged }, `${name}, by ${size}`)
    }
  }
  t.end()
})

await t.test('what is encoded is read back', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const { text, isDamaged } = decodeAll(uudecoder(), uuencode(Buffer.from(bytes)), 13)
      return text === Buffer.from(bytes).toString('latin1') && !isDamaged
    }),
  )
  t.pass('holds')
  t.end()
})

function uuencode(bytes: Buffer): string {
  const char = (bits: number): string => String.fromCharCode(bits === 0 ? 0x60 : bits + 32)
  let text = 'begin 600 name\n'
  for (let at = 0; at < bytes.length; at += 45) {
    const line = bytes.subarray(at, at + 45)
    text += char(line.length)
    for (let from = 0; from < line.length; from += 3) {
      const bits = [0, 1, 2].reduce((sum, next) => sum * 256 + (line[from + next] ?? 0), 0)
      text += [18, 12, 6, 0].map(shift => char((bits >> shift) & 63)).join('')
    }
    text += '\n'
  }
  return `${text}\`\nend\n`
}
