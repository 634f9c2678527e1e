import fc from 'fast-check'
import t from 'tap'
import { decodeHeaderText, encodeHeaderText } from '../../src/message/encoded-word.js'

const DECODE: readonly [name: string, input: string, want: string][] = [
  ['plain text stays', 'Hello = ? world', 'Hello = ? world'],
  ['Q', '=?iso-8859-1?Q?a_b=FC?=', 'a bü'],
  ['B', '=?utf-8?b?w7w=?=', 'ü'],
  ['text around a word', 'a =?utf-8?q?b?= c', 'a b c'],
  ['white space between words goes', '=?utf-8?q?a?= \t =?utf-8?q?b?=', 'ab'],
  ['text between words keeps its white space', '=?utf-8?q?a?= - =?utf-8?q?b?=', 'a - b'],
  ['a character split over two words', '=?utf-8?q?=C3?= =?UTF-8?b?vA==?=', 'ü'],
  ['two character sets side by side', '=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=', 'üü'],
  ['a language (RFC 2231)', '=?utf-8*de?q?a?=', 'a'],
  ['an unknown character set', '=?nosuch?q?a=FC?=', 'aü'],
  ['ISO-2022-JP', '=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ['a space inside a word, against the rule', '=?utf-8?q?a b?=', 'a b'],
  ['an empty word', '=?utf-8?q??=', ''],
  ['a word that has no end', '=?utf-8?q?a', '=?utf-8?q?a'],
  ['an unknown encoding', '=?utf-8?x?a?=', '=?utf-8?x?a?='],
  ['UTF-8 around an encoded word (RFC 6532)', 'ü=?utf-8?q?=C3=BC?=', 'üü'],
]

await t.test('decoding', t => {
  for (const [name, input, want] of DECODE) t.equal(decodeHeaderText(input), want, name)
  t.end()
})

const ENCODE: readonly [name: string, input: string, want: string][] = [
  ['ASCII stays', 'Hello world', 'Hello world'],
  ['nothing stays nothing', '', ''],
  [
    'mostly ASCII becomes Q',
    'Grüße an alle = a_b?',
    '=?utf-8?q?Gr=C3=BC=C3=9Fe_an_alle_=3D_a=5Fb=3F?=',
  ],
  ['other scripts become B', '日本', '=?utf-8?b?5pel5pys?='],
  ['what looks encoded is encoded', '=?utf-8?q?a?=', '=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?='],
  ['line breaks become spaces', 'a\r\nBcc: b', 'a Bcc: b'],
  ['control characters are encoded', 'a\u0001bcdef', '=?utf-8?q?a=01bcdef?='],
]

await t.test('encoding', t => {
  for (const [name, input, want] of ENCODE) t.equal(encodeHeaderText(input), want, name)
  t.end()
})

await t.test('long ASCII text is folded at spaces', t => {
  const text = 'word '.repeat(30).trim()
  const folded = encodeHeaderText(text)
  t.equal(folded.replaceAll('\n', ''), text)
  t.ok(folded.includes('\n'))
  for (const line of folded.split('\n')) t.ok(line.length <= 76)
  t.end()
})

await t.test('what is encoded is read back, in lines of at most 76 characters', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(60), (input, used) => {
      const text = input.replace(/[\r\n]+/g, ' ')
      const encoded = encodeHeaderText(text, used)
      const isEncoded = encoded !== text && !/^[\x20-\x7e\n]*$/.test(text)
      const lines = encoded.split('\n')
      if (isEncoded && lines.some(line => line.length > 76)) throw new Error('a line is too long')
      if (isEncoded && lines.some(line => !/^ ?=\?utf-8\?[qb]\?[!-~]*\?=$/.test(line))) {
        throw new Error('not a word')
      }
      return decodeHeaderText(encoded.replaceAll('\n', '')) === text
    }),
    { numRuns: 500 },
  )
  t.pass('holds for 500 texts')
  t.end()
})

await t.test('hostile headers take time that grows with their length', t => {
  const started = process.cpuUsage().user
  for (const piece of ['=?', '=?a?', '=?a?q?', '=?a?q?b?= ', '?=', '=?a?b?', ' ']) {
    decodeHeaderText(piece.repeat(60_000))
  }
  t.ok(process.cpuUsage().user - started < 10_000_000, 'less than ten seconds of CPU')
  t.end()
})
