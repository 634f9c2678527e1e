import t from 'tap'
import { AnswerCache } from '../../src/dns/answer-cache.js'
import type { DnsAnswer } from '../../src/dns/model.js'

const ANSWER: DnsAnswer = {
  state: 'secure',
  isMissing: false,
  aliases: [],
  records: [],
  ttlSeconds: 1,
}

await t.test('an answer is there until its time is over', async t => {
  const cache = new AnswerCache(10)
  cache.set('A a.test', ANSWER, 2, 1000)
  t.equal(cache.get('A a.test', 2999), ANSWER)
  t.equal(cache.get('A a.test', 3000), undefined)
  t.equal(cache.size, 0)
})

await t.test('the oldest goes when there are too many', async t => {
  const cache = new AnswerCache(2)
  for (const name of ['a', 'b', 'c']) cache.set(name, ANSWER, 60, 0)
  t.same([cache.get('a', 1), cache.get('b', 1), cache.get('c', 1)], [undefined, ANSWER, ANSWER])
})

await t.test('what may not be kept is not', async t => {
  const cache = new AnswerCache(2)
  cache.set('a', ANSWER, 0, 0)
  t.equal(cache.size, 0)
})
