import fc from 'fast-check'
import t from 'tap'
import { headerAddresses, parseAddressList } from '../../src/message/address.js'
import { parseMail } from '../../src/message/parse-mail.js'

const CASES: readonly [name: string, input: string, want: [address: string, name: string][]][] = [
  ['an address alone', 'a@example.org', [['a@example.org', '']]],
  ['a name and an address', 'Al Ice <a@example.org>', [['a@example.org', 'Al Ice']]],
  ['a quoted name with a comma', '"Ice, \\"Al\\"" <a@b>', [['a@b', 'Ice, "Al"']]],
  ['an encoded name', '=?utf-8?q?J=C3=BCrg?= <a@b>', [['a@b', 'Jürg']]],
  [
    'several',
    'a@b, c@d ,e@f',
    [
      ['a@b', ''],
      ['c@d', ''],
      ['e@f', ''],
    ],
  ],
  [
    'empty places in the list',
    ', a@b,, c@d,',
    [
      ['a@b', ''],
      ['c@d', ''],
    ],
  ],
  [
    'comments',
    'a@b (work (main) \\) x), c (x) @ (y) d',
    [
      ['a@b', ''],
      ['c@d', ''],
    ],
  ],
  [
    'a group',
    'Team: a@b, C <c@d>; e@f',
    [
      ['a@b', ''],
      ['c@d', 'C'],
      ['e@f', ''],
    ],
  ],
  ['an empty group', 'undisclosed-recipients:;', []],
  [
    'a quoted local part',
    '"a b,c"@d, <"e@f"@g>',
    [
      ['"a b,c"@d', ''],
      ['"e@f"@g', ''],
    ],
  ],
  ['white space around dots', 'a . b @ c . d', [['a.b@c.d', '']]],
  ['a source route', '<@x,@y:a@b>', [['a@b', '']]],
  [
    'a domain literal',
    'a@[192.0.2.1], <b@[IPv6:2001:db8::1]>',
    [
      ['a@[192.0.2.1]', ''],
      ['b@[IPv6:2001:db8::1]', ''],
    ],
  ],
  ['IDN as written', 'Ü <ü@bücher.example>', [['ü@bücher.example', 'Ü']]],
  ['a local name', 'root', [['root', '']]],
  ['the null address', '<>', []],
  ['two words', 'not an address', []],
  ['words before an address', 'Al a@b', [['a@b', '']]],
  ['no closing bracket', 'Al <a@b', [['a@b', 'Al']]],
  ['no closing quote', '"Al <a@b>', [['a@b', 'Al']]],
  ['brackets twice', '<x@y> <a@b>', [['a@b', '<x@y>']]],
]

await t.test('address lists', t => {
  for (const [name, input, want] of CASES) {
    t.same(
      parseAddressList(input).map(({ address, name }) => [address, name]),
      want,
      name,
    )
  }
  t.end()
})

await t.test('all fields of a name are read', t => {
  const { root } = parseMail(Buffer.from('To: a@b\nCc: x@y\nTO: c@d,\n e@f\n\n'))
  t.same(headerAddresses(root, 'to'), ['a@b', 'c@d', 'e@f'])
  t.same(headerAddresses(root, 'bcc'), [])
  t.end()
})

await t.test('any text is read, in time that grows with its length', t => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '"',
    '(',
    ')',
    '\\',
    ',',
    ';',
    ':',
    '@',
    '[',
    ']',
    ' ',
    'a',
    '.',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      for (const { address } of parseAddressList(pieces.join(''))) if (address === '') return false
      return true
    }),
  )
  const started = process.cpuUsage().user
  for (const one of ['<', '(', '"', '\\"', 'a ', '@', ',', ' ', '[', ':'])
    parseAddressList(one.repeat(50_000))
  t.ok(process.cpuUsage().user - started < 5_000_000, 'less than five seconds of CPU')
  t.end()
})
