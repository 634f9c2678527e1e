import t from 'tap'
import {
  addressMatcher,
  domainMatcher,
  isNetwork,
  networkMatcher,
  normalDomain,
} from '../../src/policy/matcher.js'

t.test('addresses', async t => {
  const list = ['Anna@Example.org', '@example.net', '@.example.com', '@bücher.example']
  const cases: [string, boolean][] = [
    ['anna@example.org', true],
    ['ANNA@EXAMPLE.ORG.', true],
    ['bob@example.org', false],
    ['bob@example.net', true],
    ['bob@sub.example.net', false],
    ['bob@sub.example.com', true],
    ['bob@example.com', false],
    ['bob@notexample.com', false],
    ['"a@b"@example.net', true],
    ['bob@xn--bcher-kva.example', true],
    ['anna', false],
    ['', false],
  ]
  for (const [address, want] of cases) t.equal(addressMatcher(list)(address), want, address)
  t.equal(addressMatcher(undefined)('anybody'), true)
  t.equal(addressMatcher(['postmaster'])('Postmaster'), true)
})

t.test('domains', async t => {
  const matches = domainMatcher(['example.org', '.example.net'])
  const cases: [string, boolean][] = [
    ['example.org', true],
    ['EXAMPLE.ORG.', true],
    ['sub.example.org', false],
    ['sub.example.net', true],
    ['example.net', false],
    ['', false],
  ]
  for (const [domain, want] of cases) t.equal(matches(domain), want, domain)
  t.equal(domainMatcher(undefined)(''), true)
})

t.test('client addresses', async t => {
  const matches = networkMatcher(['192.0.2.7', '198.51.100.0/24', '2001:db8::/32'])
  const cases: [string | undefined, boolean][] = [
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['198.51.100.200', true],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['::ffff:192.0.2.7', true],
    ['unknown', false],
    ['', false],
    [undefined, false],
  ]
  for (const [client, want] of cases) t.equal(matches(client), want, String(client))
  t.equal(networkMatcher(undefined)(undefined), true)
})

t.test('networks', async t => {
  const cases: [string, boolean][] = [
    ['192.0.2.0/24', true],
    ['192.0.2.1', true],
    ['::1', true],
    ['2001:db8::/129', false],
    ['192.0.2.0/33', false],
    ['192.0.2.0/', false],
    ['192.0.2.0/x', false],
    ['example.org', false],
    ['', false],
  ]
  for (const [entry, want] of cases) t.equal(isNetwork(entry), want, entry)
  t.ok(cases.length > 0)
})

t.test('a text that is no domain name stays as it is', async t => {
  t.equal(normalDomain('Not a domain'), 'not a domain')
  for (const domain of ['a.example#.b.example', 'a.example/b', 'a%2eexample', 'a.ex\tample'])
    t.equal(normalDomain(domain), domain, 'what a URL parser would cut or decode stays as it is')
})
