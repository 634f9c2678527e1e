import t from 'tap'
import { Pace } from '../../src/classification/pace.js'

/** A clock that goes on by so many milliseconds each time it is looked at. */
function clockOf(ms: number): () => number {
  let now = 0
  return () => (now += ms)
}

await t.test('others have their turn after some milliseconds of work', async t => {
  const order: string[] = []
  const pace = new Pace(new AbortController().signal, clockOf(4))
  setImmediate(() => order.push('other'))
  for (const slice of ['first', 'second', 'third']) {
    await pace.step()
    order.push(slice)
  }
  t.same(order, ['first', 'second', 'other', 'third'])
  t.end()
})

await t.test('a stop is heard at the next turn', async t => {
  const stop = new AbortController()
  const pace = new Pace(stop.signal, clockOf(20))
  stop.abort()
  await t.rejects(pace.step())
  t.end()
})
