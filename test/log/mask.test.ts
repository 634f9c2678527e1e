import t from 'tap'
import { maskText } from '../../src/log/mask.js'

const CASES: readonly (readonly [string, string, string])[] = [
  ['a URL with password', 'at postgres://me:pw@db/x', 'at postgres://***@db/x'],
  ['a URL without', 'at postgres://db/x', 'at postgres://db/x'],
  ['an address is kept', 'from alice@example.org', 'from alice@example.org'],
  ['a named password', 'password=abc next', 'password=*** next'],
  ['a JSON secret', '"secret": "abc", "b": 1', '"secret": ***, "b": 1'],
  ['an API key', 'api_key: abc', 'api_key: ***'],
  ['control characters', 'a\u001b[2J\r\u2028b', 'a\\u001b[2J\\u000d\\u2028b'],
  ['direction overrides', 'a\u202eb', 'a\\u202eb'],
  ['a line feed stays for stacks', 'a\nb', 'a\nb'],
]

for (const [name, input, want] of CASES) {
  void t.test(`${name} is masked as it should`, async t => {
    t.equal(maskText(input), want)
  })
}

void t.test('a text is cut at a length', async t => {
  t.equal(maskText('x'.repeat(5000)).length, 4001)
})
