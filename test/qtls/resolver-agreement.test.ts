import t from 'tap'
import type { MxFacts } from '../../src/qtls/facts.js'
import { agreementOf } from '../../src/qtls/resolver-agreement.js'
import { fakeNames } from '../support/qtls-names.js'

const { signal } = new AbortController()
const OWN: MxFacts = {
  state: 'insecure',
  kind: 'mx',
  records: [
    { preference: 1, host: 'b.test' },
    { preference: 2, host: 'a.test' },
  ],
  aliases: [],
  ttlSeconds: 60,
}
const same = fakeNames({
  'd.test': {
    mx: [
      [5, 'a.test'],
      [5, 'b.test'],
    ],
    state: 'insecure',
  },
})
const other = fakeNames({ 'd.test': { mx: [[5, 'evil.test']], state: 'insecure' } })
const silent = fakeNames({ 'd.test': { state: 'timeout' } })
const context = { earlier: undefined, now: 1000 }

await t.test('resolvers that name the same servers agree from now on', async t => {
  t.same(await agreementOf([same, same], 'd.test', OWN, context, signal), {
    resolvers: 2,
    since: 1000,
    hosts: ['a.test', 'b.test'],
  })
})

await t.test('or since they first did, while the servers are the same', async t => {
  const earlier = { resolvers: 2, since: 5, hosts: ['a.test', 'b.test'] }
  t.match(await agreementOf([same], 'd.test', OWN, { earlier, now: 1000 }, signal), { since: 5 })
  const changed = { ...earlier, hosts: ['a.test'] }
  t.match(await agreementOf([same], 'd.test', OWN, { earlier: changed, now: 1000 }, signal), {
    since: 1000,
  })
})

await t.test('one that says something else, or nothing, is no agreement', async t => {
  for (const odd of [other, silent])
    t.equal(await agreementOf([same, odd], 'd.test', OWN, context, signal), undefined)
})

await t.test('silence does not forget what was seen before, and is counted', async t => {
  const earlier = { resolvers: 3, since: 5, hosts: ['a.test', 'b.test'] }
  const before = { earlier, now: 1000 }
  t.same(await agreementOf([same, silent, silent], 'd.test', OWN, before, signal), {
    ...earlier,
    silent: 2,
  })
  t.equal(await agreementOf([silent, other], 'd.test', OWN, before, signal), undefined)
  const changed = { earlier: { ...earlier, hosts: ['a.test'] }, now: 1000 }
  t.equal(await agreementOf([same, silent], 'd.test', OWN, changed, signal), undefined)
  t.same(
    await agreementOf(
      [same, same],
      'd.test',
      OWN,
      { earlier: { ...earlier, silent: 1 }, now: 9 },
      signal,
    ),
    { resolvers: 2, since: 5, hosts: ['a.test', 'b.test'] },
  )
})

await t.test('nobody else is asked about a signed zone, or about trouble', async t => {
  for (const state of ['secure', 'servfail'] as const) {
    const names = fakeNames({})
    t.equal(await agreementOf([names], 'd.test', { ...OWN, state }, context, signal), undefined)
    t.same(names.asked, [])
  }
})
