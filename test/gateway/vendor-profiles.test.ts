import { join } from 'node:path'
import t from 'tap'
import { readVendorProfiles, shippedVendorProfiles } from '../../src/gateway/vendor-profiles.js'

t.test('profiles with all they may say', async t => {
  const folder = t.testdir({
    'profiles.toml': [
      '[[vendor]]',
      'name = "transfer"',
      'system = "cryptshare"',
      'hosts = ["transfer.example"]',
      "path = '^/download(1\\.php)?'",
      'boilerplate = ["Sent by Example"]',
      'trusted_hops = ["192.0.2.0/24"]',
      'coverage = "whole"',
      'headers = { x-vendor = "^yes$" }',
      'attachment = { name = "secure.html", type = "text/html" }',
      '[[vendor]]',
      'name = "portal"',
      'system = "ftapi"',
      'hosts = "portal.example"',
    ].join('\n'),
  })
  const profiles = readVendorProfiles(join(folder, 'profiles.toml'))
  t.match(profiles, [
    { name: 'transfer', coverage: 'whole' },
    { name: 'portal', hosts: 'portal.example' },
  ])
})

t.test('what is wrong is said with file, line and column', async t => {
  const head = '[[vendor]]\nname = "a"\nsystem = "zip"\n'
  const cases: [string, string, RegExp][] = [
    ['no TOML', '[[vendor', /^FILE:1:/],
    ['no vendor', 'a = 1', /FILE:1:1: /],
    ['an unknown setting', `${head}host = "x"`, /FILE:\d+:\d+: vendor 0 .*host/],
    ['an unknown system', '[[vendor]]\nname = "a"\nsystem = "xyz"', /FILE:3:\d+: vendor 0 system /],
    ['a bad pattern', `${head}path = "("`, /FILE:4:\d+: vendor 0 path /],
    ['a bad network', `${head}trusted_hops = ["x"]`, /FILE:4:\d+: vendor 0 trusted_hops/],
    ['a host that is a URL', `${head}hosts = "https://a.example"`, /FILE:4:\d+: vendor 0 hosts/],
    ['slow boilerplate', `${head}boilerplate = "(a*)*b"`, /FILE:4:\d+: vendor 0 boilerplate/],
    ['only headers', `${head}headers = { x-a = "y" }`, /FILE:4:\d+: .*headers prove nothing/],
  ]
  for (const [name, text, want] of cases) {
    const file = join(t.testdir({ 'p.toml': text }), 'p.toml')
    const message = new RegExp(want.source.replace('FILE', file.replaceAll('.', '\\.')))
    t.throws(() => readVendorProfiles(file), { code: 'ERR_CONFIG_INVALID', message }, name)
  }
  t.throws(() => readVendorProfiles('/nowhere/p.toml'), { code: 'ERR_CONFIG_FILE' })
})

t.test('the shipped profiles are valid, and name no host', async t => {
  const systems = shippedVendorProfiles().map(({ system, hosts }) => [system, hosts])
  t.same(systems, [
    ['seppmail', undefined],
    ['rms', undefined],
    ['cryptshare', undefined],
    ['ftapi', undefined],
    ['spx', undefined],
  ])
})
