import t from 'tap'
import { readStore } from '../../../src/postfix/doctor/read-store.js'

t.test('what the store knows in short, with twenty domains at most to ask tables for', async t => {
  const asked: number[] = []
  const store = {
    levelSummary: async (size: number) => {
      asked.push(size)
      return { count: 3, expired: 1, changedAt: 300, sample: ['a.test', 'b.test'] }
    },
    listWaiting: async () => [],
    levelsRevision: async () => 7,
    followedAt: async () => 900,
  }
  t.strictSame(await readStore(store), {
    revision: 7,
    levelsChangedAt: 300,
    levels: 3,
    expired: 1,
    followedAt: 900,
    waiting: 0,
    sampleDomains: ['a.test', 'b.test'],
  })
  t.same(asked, [20])
})
