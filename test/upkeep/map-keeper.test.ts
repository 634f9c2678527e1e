import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import type { RunPostfix } from '../../src/postfix/run.js'
import { MapKeeper } from '../../src/upkeep/map-keeper.js'
import { recordLog } from '../support/log-recorder.js'
import { level, levelSource } from '../support/maps-levels.js'

function keeperOf(t: Parameters<typeof recordLog>[0], buildMs = 0, settings = '') {
  const directory = t.testdir({})
  const config = parseConfig(
    `[maps]\ndirectory = ${JSON.stringify(directory)}\nmap_type = "texthash"\n${settings}`,
    undefined,
  )
  const state = {
    revision: 1,
    levels: [level('a.example', 'qualified')],
    now: 1_000_000,
    listed: 0,
    isRevised: true,
  }
  const store = {
    levelsRevision: async () => state.revision,
    domains: {
      levelsInForce: () => {
        state.listed += 1
        state.now += buildMs
        return levelSource(state.levels, state.now).levelsInForce()
      },
      levelsWithNextHop: async () => [],
    },
  }
  const run: RunPostfix = async () => ({ code: 0, stdout: '', stderr: '' })
  const logged = recordLog(t)
  const keeper = new MapKeeper({
    config: () => config,
    isRevised: () => state.isRevised,
    store,
    run,
    log: logged.log,
    now: () => state.now,
  })
  t.teardown(() => keeper.close())
  return { keeper, state, logged, text: () => readFileSync(join(directory, 'qtls_policy'), 'utf8') }
}

t.test('a domain counts when its entry is written, not before', async t => {
  const { keeper, state, text } = keeperOf(t)
  t.equal(keeper.hasEntry('a.example'), false)
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true)
  t.match(text(), /^a\.example\s+secure /m)
  state.levels = [level('b.example', 'qualified')]
  await keeper.keep()
  t.equal(keeper.hasEntry('b.example'), false, 'nobody said that levels have changed')
  state.revision += 1
  await keeper.keep()
  t.equal(keeper.hasEntry('b.example'), true)
  t.equal(keeper.hasEntry('a.example'), false)
  t.notMatch(text(), 'a.example')
})

t.test('a domain whose keys are named is known', async t => {
  const { keeper, state } = keeperOf(t, 0, 'pin = "spki"')
  const spki = [Array.from({ length: 32 }, () => 'AB').join(':')]
  state.levels = [
    level('a.example', 'qualified', { match: ['mx.a.example'], spki } as object),
    level('b.example', 'qualified'),
  ]
  await keeper.keep()
  t.equal(keeper.hasKeys('a.example'), true)
  t.equal(keeper.hasKeys('b.example'), false)
  t.equal(keeper.hasKeys('c.example'), false)
})

t.test(
  'an entry for what lies below a domain counts, one that nobody can meet does not',
  async t => {
    const { keeper, state } = keeperOf(t)
    state.levels = [level('.a.example', 'qualified'), level('x.a.example', 'none')]
    await keeper.keep()
    t.equal(keeper.hasEntry('a.example'), false)
    t.equal(keeper.hasEntry('y.z.a.example'), true)
    t.equal(keeper.hasEntry('x.a.example'), false)
  },
)

t.test('a level that ends by itself loses its entry within a minute', async t => {
  const { keeper, state } = keeperOf(t)
  state.levels = [level('a.example', 'qualified', { until: state.now + 10_000 })]
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true)
  state.now += 30_000
  await keeper.keep()
  t.equal(state.listed, 1, 'looked at the revision only')
  state.now += 31_000
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), false)
})

t.test('where writing takes long, it is done less often', async t => {
  const { keeper, state } = keeperOf(t, 1000)
  await keeper.keep()
  state.revision += 1
  state.now += 3999
  await keeper.keep()
  t.equal(state.listed, 1)
  state.now += 1
  await keeper.keep()
  t.equal(state.listed, 2)
})

t.test('when too many would go at once, the old entries stay and the rest is said', async t => {
  const { keeper, state } = keeperOf(t)
  state.levels = Array.from({ length: 20 }, (_, n) => level(`d${n}.example`, 'qualified'))
  await keeper.keep()
  state.levels = state.levels.slice(0, 10)
  state.revision += 1
  await t.rejects(keeper.keep(), { code: 'ERR_MAPS_DROP' })
  t.equal(keeper.hasEntry('d19.example'), true)
})

t.test('what a map cannot hold is said, and does not count', async t => {
  const { keeper, state, logged } = keeperOf(t)
  logged.expect('a domain has no entry in the maps, so it cannot be qualified')
  state.levels = [level('bad domain.example', 'qualified'), level('a.example', 'qualified')]
  await keeper.keep()
  t.equal(keeper.hasEntry('bad domain.example'), false)
  t.equal(keeper.hasEntry('a.example'), true)
})

t.test('until verdicts are those of the rules in force, the maps that are there stay', async t => {
  const { keeper, state } = keeperOf(t)
  await keeper.keep()
  state.levels = []
  state.revision += 1
  state.isRevised = false
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true)
  keeper.close()
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), true, 'also after a start')
  state.isRevised = true
  await keeper.keep()
  t.equal(keeper.hasEntry('a.example'), false)
})
