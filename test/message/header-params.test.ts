import fc from 'fast-check'
import t from 'tap'
import { parseHeaderParams } from '../../src/message/header-params.js'

type Want = { value: string; params: Record<string, string>; flags?: string }

const CASES: readonly [name: string, input: string, want: Want][] = [
  ['a value alone', ' Text/Plain', { value: 'text/plain', params: {} }],
  ['nothing', '', { value: '', params: {} }],
  [
    'a token and a quoted parameter',
    'a/b; X=y; z="1 2"',
    { value: 'a/b', params: { x: 'y', z: '1 2' } },
  ],
  [
    'comments, nested and escaped',
    ' (c(d)\\)) a/b (e); x=y (f)',
    { value: 'a/b', params: { x: 'y' } },
  ],
  [
    'escapes and semicolons in quotes',
    'a; x="1\\";\\\\2"',
    { value: 'a', params: { x: '1";\\2' } },
  ],
  ['a fold inside quotes', 'a; x="1\r\n 2"', { value: 'a', params: { x: '1 2' } }],
  ['a trailing semicolon and empty ones', 'a;; x=y;', { value: 'a', params: { x: 'y' } }],
  ['white space around the equals sign', 'a; x = y', { value: 'a', params: { x: 'y' } }],
  [
    'an unquoted value with spaces',
    'a; name=My File.pdf; x=y',
    { value: 'a', params: { name: 'My File.pdf', x: 'y' }, flags: 'malformed' },
  ],
  ['a missing end quote', 'a; x="y', { value: 'a', params: { x: 'y' }, flags: 'malformed' }],
  ['a comment without end', 'a; x=y (', { value: 'a', params: { x: 'y' }, flags: 'malformed' }],
  [
    'text after a quoted value',
    'a; x="y" z; p=q',
    { value: 'a', params: { x: 'y', p: 'q' }, flags: 'malformed' },
  ],
  [
    'a parameter without a name',
    'a; =y; p=q',
    { value: 'a', params: { p: 'q' }, flags: 'malformed' },
  ],
  [
    'a parameter without a value',
    'a; x; p=q',
    { value: 'a', params: { p: 'q' }, flags: 'malformed' },
  ],
  ['two main values', 'a b; x=y', { value: 'a', params: { x: 'y' }, flags: 'malformed' }],
  [
    'the first of two equal names counts',
    'a; x=1; X=2',
    { value: 'a', params: { x: '1' }, flags: 'duplicates' },
  ],
  ['the same parameter twice with one value', 'a; x=1; x=1', { value: 'a', params: { x: '1' } }],
  ['UTF-8 as it stands', 'a; x="\xc3\xbc"', { value: 'a', params: { x: 'ü' } }],
  [
    'an encoded-word, as mailers write it',
    'a; name="=?utf-8?b?w7w=?="',
    { value: 'a', params: { name: 'ü' } },
  ],
  [
    'RFC 2231 with a character set',
    "a; x*=iso-8859-1'de'%FC%20",
    { value: 'a', params: { x: 'ü ' } },
  ],
  ['RFC 2231 continuations', 'a; x*1="b"; x*0="a"', { value: 'a', params: { x: 'ab' } }],
  [
    'a character split over continuations',
    "a; x*0*=utf-8''%C3; x*1*=%BC; x*2=.pdf",
    { value: 'a', params: { x: 'ü.pdf' } },
  ],
  ['a hole ends the continuations', 'a; x*0=a; x*2=c', { value: 'a', params: { x: 'a' } }],
  [
    'the extended form wins over the plain one',
    "a; x=plain; x*=utf-8''better",
    { value: 'a', params: { x: 'better' } },
  ],
  [
    'an unknown character set is still text',
    "a; x*=nosuch''%41",
    { value: 'a', params: { x: 'A' } },
  ],
  ['an extended value without quotes', 'a; x*=b%43', { value: 'a', params: { x: 'bC' } }],
  [
    'two different continuations of one number',
    'a; x*0=a; x*0=b',
    { value: 'a', params: { x: 'a' }, flags: 'duplicates' },
  ],
]

await t.test('values and parameters', t => {
  for (const [name, input, { value, params, flags = '' }] of CASES) {
    const parsed = parseHeaderParams(input)
    const raised = [parsed.hasDuplicates && 'duplicates', parsed.isMalformed && 'malformed']
    t.same(
      [parsed.value, Object.fromEntries(parsed.params), raised.filter(Boolean).join()],
      [value, params, flags],
      name,
    )
  }
  t.end()
})

await t.test('a plain parameter is also there before decoding', t => {
  const { plain } = parseHeaderParams("a; x=\xc3\xbc; y*=utf-8''z")
  t.same([...plain], [['x', '\xc3\xbc']])
  t.end()
})

await t.test('any text is read, in time that grows with its length', t => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), text => {
      parseHeaderParams(text)
      parseHeaderParams(`a/b; ${text}`)
    }),
  )
  const started = process.cpuUsage().user
  for (const piece of ['(', ';', '"', '\\', 'x*0=a;', '=?', 'a=']) {
    parseHeaderParams(`a; ${piece.repeat(100_000)}`)
  }
  t.ok(process.cpuUsage().user - started < 5_000_000, 'less than five seconds of CPU')
  t.end()
})
