import t from 'tap'
import { compileVendors, isWordsOnly } from '../../src/policy/vendor.js'
import { vendorSchema, type VendorSource } from '../../src/policy/vendor-schema.js'

const source = (values: object): VendorSource =>
  vendorSchema.parse({ name: 'a', system: 'ftapi', ...values })

t.test('a profile has the texts of every other one of its system', async t => {
  const [own, words, other] = compileVendors([
    source({ hosts: 'a.example' }),
    source({ boilerplate: 'Zustellung' }),
    source({ system: 'spx', boilerplate: ['cover', 'text'] }),
  ])
  t.same(
    own?.boilerplate.map(({ source }) => source),
    ['Zustellung'],
  )
  t.same(
    other?.boilerplate.map(({ source }) => source),
    ['cover', 'text'],
  )
  t.ok(words !== undefined && isWordsOnly(words))
  t.notOk(own !== undefined && isWordsOnly(own))
})

t.test('hosts, headers and attachments may be written in several ways', async t => {
  const [vendor] = compileVendors([
    source({
      hosts: ['a.example', '.b.example'],
      headers: { 'X-A': '^yes$' },
      attachment: ['a.html', 'b.zip'],
    }),
  ])
  t.same(
    ['a.example', 'A.EXAMPLE', 'x.a.example', 'x.b.example', 'b.example'].map(host =>
      vendor?.isHost(host),
    ),
    [true, true, false, true, false],
  )
  t.match(vendor?.headers, [{ name: 'x-a' }])
  t.equal(vendor?.attachments.length, 2)
  const [listed] = compileVendors([
    source({
      trusted_hops: '192.0.2.1',
      headers: [{ name: 'X-A' }, { name: 'X-B', pattern: 'b' }],
    }),
  ])
  t.same(
    listed?.headers.map(({ name, value }) => [name, value('b'), value('')]),
    [
      ['x-a', true, true],
      ['x-b', true, false],
    ],
  )
  const [one] = compileVendors([
    source({ headers: { name: 'X-A' }, attachment: { detector: 'pdf', name: 'a', type: 'b' } }),
  ])
  t.same(
    one?.headers.map(({ name }) => name),
    ['x-a'],
  )
  t.match(one?.attachments, [{ detector: 'pdf', form: undefined }])
})

t.test('only addresses and networks are hops', async t => {
  const [vendor] = compileVendors([source({ trusted_hops: '192.0.2.0/24' })])
  t.same(
    ['192.0.2.9', '198.51.100.1', undefined].map(hop => vendor?.isTrustedHop?.(hop)),
    [true, false, false],
  )
  t.equal(compileVendors([source({})])[0]?.isTrustedHop, undefined)
})
