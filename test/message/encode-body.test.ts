import fc from 'fast-check'
import t from 'tap'
import { encodeBody, type BodyEncoding } from '../../src/message/encode-body.js'

const CASES: readonly [name: string, input: string, encoding: BodyEncoding, want: string][] = [
  ['7bit as it is', 'a\r\nb', '7bit', 'a\r\nb'],
  ['8bit as it is', 'a\xfc', '8bit', 'a\xfc'],
  ['binary as it is', `\0${'x'.repeat(1000)}`, 'binary', `\0${'x'.repeat(1000)}`],
  ['base64 of nothing', '', 'base64', ''],
  ['base64 in lines of 76', 'a'.repeat(58), 'base64', `${'YWFh'.repeat(19)}\r\nYQ==\r\n`],
  ['quoted-printable escapes', 'a=\xfc\t.\r\n', 'quoted-printable', 'a=3D=FC\t.\r\n'],
  ['white space at the end of a line', 'a \r\nb\t\nc ', 'quoted-printable', 'a=20\r\nb=09\nc=20'],
  ['a bare carriage return', 'a\rb', 'quoted-printable', 'a=0Db'],
  ['a line of 76', 'x'.repeat(76), 'quoted-printable', 'x'.repeat(76)],
  ['a line of 77', 'x'.repeat(77), 'quoted-printable', `${'x'.repeat(75)}=\r\nxx`],
  ['no escape is cut', `${'x'.repeat(73)}\xfcy`, 'quoted-printable', `${'x'.repeat(73)}=\r\n=FCy`],
  [
    'lines of 998 bytes',
    `${'x'.repeat(998)}\r\n${'x'.repeat(998)}`,
    '7bit',
    `${'x'.repeat(998)}\r\n${'x'.repeat(998)}`,
  ],
]

await t.test('encoding', t => {
  for (const [name, input, encoding, want] of CASES) {
    t.equal(encodeBody(Buffer.from(input, 'latin1'), encoding).toString('latin1'), want, name)
  }
  t.equal(
    encodeBody(Buffer.from('x'.repeat(60)), 'base64', '\n')
      .toString()
      .includes('\r'),
    false,
  )
  t.equal(
    encodeBody(Buffer.from('x'.repeat(80)), 'quoted-printable', '\n').toString(),
    `${'x'.repeat(75)}=\n${'x'.repeat(5)}`,
  )
  t.end()
})

const REFUSED: readonly [name: string, input: string, encoding: BodyEncoding][] = [
  ['8-bit bytes in 7bit', '\xfc', '7bit'],
  ['a long line in 7bit', 'x'.repeat(999), '7bit'],
  ['a long line in 8bit', `a\n${'x'.repeat(999)}\n`, '8bit'],
  ['NUL in 8bit', 'a\0', '8bit'],
]

await t.test('what an encoding can not hold is refused', t => {
  for (const [name, input, encoding] of REFUSED) {
    const bytes = Buffer.from(input, 'latin1')
    t.throws(() => encodeBody(bytes, encoding), { code: 'ERR_MESSAGE_ENCODING' }, name)
  }
  t.end()
})

await t.test('no line is longer than 76 characters, and none ends in white space', t => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom<BodyEncoding>('quoted-printable', 'base64'),
      (bytes, encoding) => {
        const lines = encodeBody(Buffer.from(bytes), encoding).toString('latin1').split(/\r?\n/)
        return lines.every(
          line => line.length <= 76 && /^[!-~\t ]*$/.test(line) && !/[\t ]$/.test(line),
        )
      },
    ),
  )
  t.pass('holds')
  t.end()
})
