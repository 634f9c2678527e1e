import fc from 'fast-check'
import t from 'tap'
import { checkedDomain, normalDomain } from '../../src/store/domain-name.js'

const CASES: readonly (readonly [name: string, input: string, want: string | undefined])[] = [
  ['lower case', 'Example.NET', 'example.net'],
  ['no dot at the end', 'example.net.', 'example.net'],
  ['IDNA', 'Bücher.example', 'xn--bcher-kva.example'],
  ['IDNA in upper case', 'BÜCHER.EXAMPLE', 'xn--bcher-kva.example'],
  ['a single label', 'localhost', 'localhost'],
  ['an underscore', '_mail.example', '_mail.example'],
  ['an address literal', '[192.0.2.1]', '[192.0.2.1]'],
  ['an IPv6 literal', '[IPv6:2001:DB8::1]', '[ipv6:2001:db8::1]'],
  ['nothing', '', undefined],
  ['a dot', '.', undefined],
  ['an empty label', 'a..b', undefined],
  ['a space', 'a b.example', undefined],
  ['a wildcard', '*.example', undefined],
  ['an address', 'a@example.net', undefined],
  ['a label of 64', `${'a'.repeat(64)}.example`, undefined],
  ['a name of 254', `${'a'.repeat(49)}.`.repeat(5) + 'abcd', undefined],
  ['a very long name', 'ü'.repeat(100_000), undefined],
  ['a control character', 'a\0.example', undefined],
]

for (const [name, input, want] of CASES) {
  void t.test(`the spelling of a domain: ${name}`, t => {
    if (want === undefined) {
      t.throws(() => checkedDomain(input), { code: 'ERR_STORE_INPUT' })
    } else t.equal(checkedDomain(input), want)
    t.equal(normalDomain(input), want)
    t.end()
  })
}

void t.test('a normal spelling stays as it is', t => {
  let seen = 0
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.string()), text => {
      const once = normalDomain(text)
      if (once === undefined) return
      seen += 1
      t.equal(normalDomain(once), once)
    }),
  )
  t.ok(seen > 0)
  t.end()
})
