import t from 'tap'
import { domainOwner, keyAddress, keyOwner } from '../../../src/seal/keys/key-address.js'

await t.test('an address has one spelling, and what is none has none', async t => {
  const cases: [text: string, address: string | undefined][] = [
    ['Anna.Muster@Example.ORG', 'anna.muster@example.org'],
    ['a+b@b\u00fccher.example', 'a+b@xn--bcher-kva.example'],
    ['a@example.org.', 'a@example.org'],
    ['', undefined],
    ['anna', undefined],
    ['@example.org', undefined],
    ['a@', undefined],
    ['a@localhost', undefined],
    ['a b@example.org', undefined],
    ['a@b@example.org', undefined],
    ['"a b"@example.org', undefined],
    ['a\r\n@example.org', undefined],
    ['a@.example.org', undefined],
    ['a@[192.0.2.1]', undefined],
    [`${'x'.repeat(65)}@example.org`, undefined],
    [`a@${'x.'.repeat(130)}org`, undefined],
  ]
  for (const [text, address] of cases) t.equal(keyAddress(text), address, text)
})

await t.test('a key may be kept for a whole domain', async t => {
  t.equal(keyOwner('@Example.org'), '@example.org')
  t.equal(keyOwner('A@Example.org'), 'a@example.org')
  t.equal(keyOwner('@org'), undefined)
  t.equal(keyOwner('@.example.org'), undefined)
  t.equal(keyOwner('example.org'), undefined)
  t.equal(domainOwner('anna@example.org'), '@example.org')
})
