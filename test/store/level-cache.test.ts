import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import type { LevelEntry } from '../../src/store/admin.js'
import type { Backend } from '../../src/store/backend.js'
import { FreshValue } from '../../src/store/fresh-value.js'
import { LevelCache } from '../../src/store/level-cache.js'

const entry = (customer: string, domain: string, level: LevelEntry['level']): LevelEntry => ({
  customer,
  domain,
  level,
  until: undefined,
  match: [],
  dane: false,
  changedAt: 0,
  changedBy: 'x',
  reason: 'y',
})

/** A database that counts what it is asked, and a clock that stands still. */
function fakeDatabase() {
  const state = {
    revision: 1,
    entries: [entry('*', 'a.example', 'none')],
    asked: [] as string[],
    error: undefined as Error | undefined,
    now: 0,
  }
  const run = (name: string) => {
    state.asked.push(name)
    if (state.error !== undefined) return Promise.reject(state.error)
    return Promise.resolve(state.entries)
  }
  const flags = new FreshValue({
    read: () =>
      state.error === undefined
        ? Promise.resolve({ levelsRevision: state.revision, paused: false })
        : Promise.reject(state.error),
    now: () => state.now,
  })
  const backend = { run } as unknown as Pick<Backend, 'run'>
  return { state, flags, cache: new LevelCache({ backend, flags }) }
}

const levelOf = async (cache: LevelCache) =>
  (await cache.levels('c', ['a.example'])).get('a.example')?.level

void t.test('levels come from memory as long as their revision is in force', async t => {
  const { state, cache } = fakeDatabase()
  await Promise.all([levelOf(cache), levelOf(cache)])
  t.same(state.asked, ['listLevels'])
  state.now = 1000
  t.equal(await levelOf(cache), 'none')
  t.same(state.asked, ['listLevels'], 'nothing changed, nothing is read')
})

void t.test('a change by another process is seen after a second', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.revision = 2
  state.entries = [entry('*', 'a.example', 'none'), entry('c', 'a.example', 'qualified')]
  t.equal(await levelOf(cache), 'none')
  state.now = 1000
  t.equal(await levelOf(cache), 'qualified')
})

void t.test('a change of our own is seen at once, also while levels are being read', async t => {
  const { state, flags, cache } = fakeDatabase()
  const before = levelOf(cache)
  flags.invalidate()
  state.revision = 2
  state.entries = [entry('c', 'a.example', 'mandatory')]
  const after = levelOf(cache)
  t.equal(await after, 'mandatory')
  await before
  t.equal(await levelOf(cache), 'mandatory')
})

void t.test('when the database cannot be asked there is an error, not an old level', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.error = new GatewayError('ERR_STORE_VANISHED', { store: 's' })
  state.now = 1000
  await t.rejects(levelOf(cache), { code: 'ERR_STORE_VANISHED' })
  await t.rejects(levelOf(cache), { code: 'ERR_STORE_VANISHED' })
  state.error = undefined
  t.equal(await levelOf(cache), 'none')
})

void t.test('levels that could not be read are read again with the next question', async t => {
  const { state, flags, cache } = fakeDatabase()
  await flags.value()
  state.error = new GatewayError('ERR_STORE_LOCKED', { store: 's', reason: 'r' })
  await t.rejects(levelOf(cache), { code: 'ERR_STORE_LOCKED' })
  state.error = undefined
  t.equal(await levelOf(cache), 'none')
})

void t.test('the host names and DANE of a domain come with its level', async t => {
  const { state, cache } = fakeDatabase()
  const match = ['mx1.a.example', 'mx2.a.example']
  state.entries = [{ ...entry('*', 'a.example', 'qualified'), match, dane: true, until: 9 }]
  const levels = await cache.levels('c', ['A.example'])
  t.same(levels.get('A.example'), {
    domain: 'a.example',
    level: 'qualified',
    until: 9,
    match,
    dane: true,
  })
})
