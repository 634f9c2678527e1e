import t from 'tap'
import { hasMeaning, withoutBoilerplate } from '../../src/policy/meaning.js'
import { compilePattern } from '../../src/policy/safe-pattern.js'

t.test('whether a text says anything', async t => {
  const cases: [string, string, boolean][] = [
    ['nothing', '', false],
    ['blanks and dashes', ' \r\n-- \n\t', false],
    ['a few characters', 'abc', false],
    ['a word', 'abcd', true],
    ['digits', '1.2.3.4', true],
    ['another script', '患者の診断', true],
    ['signs that mean something', '💉💉💉💉', true],
  ]
  for (const [name, text, want] of cases) t.equal(hasMeaning(text), want, name)
  t.ok(cases.length > 0)
})

t.test('boilerplate says nothing', async t => {
  const allowed = [
    compilePattern('sent with example secure mail\\.'),
    compilePattern('example ltd'),
  ]
  const cases: [string, string, string][] = [
    ['a footer', 'Sent with\r\nExample  Secure Mail.\nExample Ltd', ' '],
    ['a footer under a text', 'Befund: Sent with Example Secure Mail.', 'Befund: '],
    ['a multipart preamble', 'This is a multi-part message in MIME format.\r\n', ''],
    ['an OpenPGP preamble', 'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)', ''],
    ['an S/MIME preamble', 'This is an S/MIME signed message', ''],
    [
      'more than a preamble',
      'This is a multi-part message in MIME format. Befund',
      'This is a multi-part message in MIME format. Befund',
    ],
  ]
  for (const [name, text, want] of cases) t.equal(withoutBoilerplate(text, allowed), want, name)
  const long = 'example ltd '.repeat(500).trim()
  t.equal(withoutBoilerplate(long, allowed), long, 'a long text is no boilerplate')
})
