import t from 'tap'
import { readStore } from '../../../src/postfix/doctor/read-store.js'
import type { LevelEntry } from '../../../src/store/admin.js'

const level = (domain: string, changedAt: number, until?: number): LevelEntry => ({
  customer: '*',
  domain,
  level: 'qualified',
  until,
  match: [],
  dane: false,
  changedAt,
  changedBy: 'test',
  reason: 'test',
})

const store = (levels: readonly LevelEntry[]) => ({
  listLevels: async () => levels,
  listWaiting: async () => [],
  levelsRevision: async () => 7,
  followedAt: async () => 900,
})

t.test('levels are counted, the newest and those whose time is over', async t => {
  const levels = [level('a.test', 100), level('b.test', 300, 1000), level('c.test', 200, 1001)]
  t.strictSame(await readStore(store(levels), 1000), {
    revision: 7,
    levelsChangedAt: 300,
    levels: 3,
    expired: 1,
    followedAt: 900,
    waiting: 0,
    sampleDomains: ['a.test', 'b.test', 'c.test'],
  })
})

t.test('a store without levels has no newest one', async t => {
  t.match(await readStore(store([]), 1000), {
    levels: 0,
    levelsChangedAt: undefined,
    sampleDomains: [],
  })
})

t.test('tables are asked for twenty domains at most', async t => {
  const levels = Array.from({ length: 30 }, (_, n) => level(`d${n}.test`, n))
  const { sampleDomains } = await readStore(store(levels), 1000)
  t.equal(sampleDomains.length, 20)
})
