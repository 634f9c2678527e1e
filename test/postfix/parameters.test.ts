import fc from 'fast-check'
import t from 'tap'
import { parseList, parseParameters, tokens } from '../../src/postfix/parameters.js'

await t.test('lines of postconf become names and values', async t => {
  const output = [
    'smtpd_milters = { unix:/run/a b, default_action=tempfail } unix:x',
    'relayhost =',
    'smtpd_banner = $myhostname = x',
    'a_user = ',
    '',
  ].join('\n')
  t.same(
    [...parseParameters(output)],
    [
      ['smtpd_milters', '{ unix:/run/a b, default_action=tempfail } unix:x'],
      ['relayhost', ''],
      ['smtpd_banner', '$myhostname = x'],
      ['a_user', ''],
    ],
  )
})

await t.test('what is no parameter is left out', async t => {
  for (const line of ['', 'name', 'name=value', ' = x', '  folded value', 'two words = x'])
    t.same([...parseParameters(line)], [], JSON.stringify(line))
})

await t.test('output cut anywhere gives whole parameters and one that may be short', async t => {
  const output = 'a = 1\nbb = two words\nc =\n'
  const whole = parseParameters(output)
  for (let length = 0; length < output.length; length++) {
    const cut = [...parseParameters(output.slice(0, length))]
    for (const [name, value] of cut) t.ok(whole.get(name)?.startsWith(value), `${length}: ${name}`)
  }
  t.equal(whole.size, 3)
})

await t.test('lists are split at commas and blanks outside braces', async t => {
  const cases: [string, string[]][] = [
    ['', []],
    [' , ', []],
    ['a, b\tc,,d', ['a', 'b', 'c', 'd']],
    ['{ unix:/a, x=y } b', ['{ unix:/a, x=y }', 'b']],
    ['inline:{ {a = b} c=d } e', ['inline:{ {a = b} c=d }', 'e']],
    ['a } b', ['a', '}', 'b']],
    ['{ open b', ['{ open b']],
  ]
  for (const [value, want] of cases) t.same(parseList(value), want, value)
})

await t.test('tokens hold everything but separators', async t => {
  const text = fc.string({ unit: fc.constantFrom('a', '{', '}', ' ', ',', '=') })
  fc.assert(
    fc.property(text, value => {
      const found = tokens(value, /[\s,]/)
      const strip = (all: string): string => all.replace(/[\s,]/g, '')
      return strip(found.join('')) === strip(value) && found.every(token => token !== '')
    }),
  )
  t.same(tokens('a b', /\s/), ['a', 'b'])
})
