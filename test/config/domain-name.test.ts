import t from 'tap'
import { parseDomain } from '../../src/config/domain-name.js'

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['example.org', 'example.org'],
  ['EXAMPLE.org.', 'example.org'],
  ['.example.org', '.example.org'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['.Bücher.example', '.xn--bcher-kva.example'],
  ['localhost', 'localhost'],
  ['', undefined],
  ['.', undefined],
  ['..example.org', undefined],
  ['a b', undefined],
  ['a@b.example', undefined],
  ['a.example#.b.example', undefined],
  ['a.example/b.example', undefined],
  ['a.example?b', undefined],
  ['a.example:25', undefined],
  ['a%2eexample', undefined],
  ['a.ex\tample', undefined],
  ['a.example\\b', undefined],
  ['-a.example', undefined],
  ['a-.example', undefined],
  [`${'a'.repeat(64)}.example`, undefined],
  [Array(130).fill('a').join('.'), undefined],
]

void t.test('domain names become lower case A-labels', async t => {
  for (const [text, want] of CASES) t.equal(parseDomain(text), want, text.slice(0, 40))
})
