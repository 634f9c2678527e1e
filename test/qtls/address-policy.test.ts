import t from 'tap'
import { createAddressPolicy, parseNetwork } from '../../src/qtls/address-policy.js'

const FORBIDDEN: readonly (readonly [address: string, why: string])[] = [
  ['127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'shared by a provider'],
  ['169.254.169.254', 'link-local'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'reserved'],
  ['0.0.0.0', 'of this network'],
  ['::1', 'reserved'],
  ['::', 'reserved'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00::1', 'private'],
  ['ff02::1', 'multicast'],
  ['::ffff:8.8.8.8', 'an IPv4 address in IPv6'],
  ['64:ff9b::7f00:1', 'an IPv4 address in IPv6'],
  ['2002:7f00:1::1', 'an IPv4 address in IPv6'],
  ['not an address', 'no address'],
]

await t.test('addresses that no public server has are refused, with the reason', async t => {
  const policy = createAddressPolicy({ own: [] })
  for (const [address, why] of FORBIDDEN) t.equal(policy.objection(address), why, address)
})

await t.test('public addresses are let through, but for those of this machine', async t => {
  const policy = createAddressPolicy({ own: ['9.9.9.9', '2620:fe::9'] })
  t.same(['8.8.8.8', '172.32.0.1', '2620:fe::fe'].map(policy.objection), [
    undefined,
    undefined,
    undefined,
  ])
  t.same(['9.9.9.9', '2620:fe::9'].map(policy.objection), ['of this machine', 'of this machine'])
})

await t.test('a network that is allowed is allowed, and none beside it', async t => {
  const policy = createAddressPolicy({
    allowed: ['127.0.1.0/24', 'fd00:1::/32', '10.0.0.7'],
    own: [],
  })
  t.same(['127.0.1.9', 'fd00:1::7', '10.0.0.7'].map(policy.objection), [
    undefined,
    undefined,
    undefined,
  ])
  t.same(['127.0.2.9', 'fd00:2::7', '10.0.0.8'].map(policy.objection), [
    'loopback',
    'private',
    'private',
  ])
})

await t.test('a network is an address with as many bits as it has', async t => {
  t.same(parseNetwork('192.0.2.0/24'), { address: '192.0.2.0', bits: 24 })
  t.same(parseNetwork('::1'), { address: '::1', bits: 128 })
  for (const text of ['192.0.2.0/33', '::/129', 'a/8', '10.0.0.0/8/8', '10.0.0.0/', 'fe80::1%a'])
    t.equal(parseNetwork(text), undefined, text)
})

await t.test('what is no network is refused when the policy is made', async t => {
  t.throws(() => createAddressPolicy({ allowed: ['everything'] }), { message: /no network/ })
})
