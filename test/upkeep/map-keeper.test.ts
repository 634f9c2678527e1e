import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import type { RunPostfix } from '../../src/postfix/run.js'
import type { LevelEntry } from '../../src/store/admin.js'
import { MapKeeper } from '../../src/upkeep/map-keeper.js'
import { recordLog } from '../support/log-recorder.js'

function level(domain: string, more: Partial<LevelEntry> = {}): LevelEntry {
  const none = {
    until: undefined,
    match: [],
    dane: false,
    changedAt: 0,
    changedBy: 'x',
    reason: '',
  }
  return { customer: '*', domain, level: 'qualified', ...none, ...more }
}

function keeperOf(t: Parameters<typeof recordLog>[0]) {
  const directory = t.testdir({})
  const config = parseConfig(
    `[maps]\ndirectory = ${JSON.stringify(directory)}\nmap_type = "texthash"`,
    undefined,
  )
  const state = { revision: 1, levels: [level('a.example')], now: 1_000_000, listed: 0 }
  const store = {
    levelsRevision: async () => state.revision,
    listLevels: async () => {
      state.listed += 1
      return state.levels
    },
  }
  const run: RunPostfix = async () => ({ code: 0, stdout: '', stderr: '' })
  const logged = recordLog(t)
  const keeper = new MapKeeper({ config, store, run, log: logged.log, now: () => state.now })
  return { keeper, state, logged, text: () => readFileSync(join(directory, 'qtls_policy'), 'utf8') }
}

t.test('a domain counts when its entry is written, not before', async t => {
  const { keeper, state, text } = keeperOf(t)
  t.equal(keeper.hasEntry('a.example'), false)
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true)
  t.match(text(), /^a\.example\s+secure /m)
  state.levels = [level('b.example')]
  await keeper.keep()
  t.equal(keeper.hasEntry('b.example'), false, 'nobody said that levels have changed')
  state.revision += 1
  await keeper.keep()
  t.equal(keeper.hasEntry('b.example'), true)
  t.equal(keeper.hasEntry('a.example'), false)
  t.notMatch(text(), 'a.example')
})

t.test('a level that ends by itself loses its entry within a minute', async t => {
  const { keeper, state } = keeperOf(t)
  state.levels = [level('a.example', { until: state.now + 10_000 })]
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true)
  state.now += 30_000
  await keeper.keep()
  t.equal(state.listed, 1, 'looked at the revision only')
  state.now += 31_000
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), false)
})

t.test('what a map cannot hold is said, and does not count', async t => {
  const { keeper, state, logged } = keeperOf(t)
  logged.expect('a domain has no entry in the maps, so it cannot be qualified')
  state.levels = [level('bad domain.example'), level('a.example')]
  await keeper.keep()
  t.equal(keeper.hasEntry('bad domain.example'), false)
  t.equal(keeper.hasEntry('a.example'), true)
})
