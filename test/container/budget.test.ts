import t from 'tap'
import { Budget } from '../../src/container/budget.js'

const exceeded = { code: 'ERR_CONTAINER_LIMIT' }

await t.test('what runs out is refused', t => {
  const budget = new Budget({ maxEntries: 3, maxUnpackedBytes: 100, maxKeyRounds: 10 })
  budget.takeEntries(3)
  budget.takeBytes(40)
  budget.takeRounds(10)
  t.equal(budget.bytesLeft, 60)
  t.throws(() => budget.takeEntries(1), { ...exceeded, message: /too many entries/ })
  t.throws(() => budget.takeBytes(61), { ...exceeded, message: /too large/ })
  t.throws(() => budget.takeRounds(1), { ...exceeded, message: /too expensive/ })
  t.throws(() => new Budget().takeRounds(Number.NaN), exceeded)
  t.end()
})

await t.test('a message that was given up ends the walk', async t => {
  const budget = new Budget({}, AbortSignal.abort(new Error('given up')))
  t.throws(() => budget.takeEntries(1), { message: 'given up' })
  await t.rejects(budget.pause(10_000), { message: 'given up' })
})

await t.test('others have their turn after some work', async t => {
  const budget = new Budget()
  let turns = 0
  setImmediate(() => (turns += 1))
  await budget.pause(100)
  t.equal(turns, 0)
  await budget.pause(4000)
  t.equal(turns, 1)
})
