import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { oneAtATime } from '../../src/gateway/one-at-a-time.js'

await t.test('work is done one after the other, and a failure is its own', async t => {
  const inTurn = oneAtATime()
  const seen: string[] = []
  const work = (name: string, fails = false) =>
    inTurn(async () => {
      seen.push(`${name} begins`)
      await nextTurn()
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const all = await Promise.allSettled([work('a'), work('b', true), work('c')])
  t.same(
    all.map(one => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    ['a', 'Error: b', 'c'],
  )
  t.same(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  t.equal(await work('d'), 'd')
})
