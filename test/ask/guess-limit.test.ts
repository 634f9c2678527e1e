import t from 'tap'
import { GuessLimit } from '../../src/ask/guess-limit.js'

t.test('twenty misses in a minute are the most, for each address', async t => {
  let at = 0
  const limit = new GuessLimit(() => at)
  for (let miss = 0; miss < 19; miss += 1) limit.miss('a')
  t.equal(limit.isOver('a'), false)
  limit.miss('a')
  t.equal(limit.isOver('a'), true)
  t.equal(limit.isOver('b'), false)
  at = 59_999
  t.equal(limit.isOver('a'), true)
  at = 60_000
  t.equal(limit.isOver('a'), false)
  limit.miss('a')
  t.equal(limit.isOver('a'), false, 'it counts anew')
})
