import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import type { Backend } from '../../src/store/backend.js'
import { FreshValue } from '../../src/store/fresh-value.js'
import { LevelCache } from '../../src/store/level-cache.js'
import type { DomainLevel } from '../../src/store/store.js'

const level = (domain: string, name: DomainLevel['level']): DomainLevel => ({
  domain,
  level: name,
  until: undefined,
  match: [],
  dane: false,
})

/** A database that counts what it is asked, and a clock that stands still. */
function fakeDatabase() {
  const state = {
    revision: 1,
    candidates: [level('a.example', 'none')],
    changed: ['a.example'] as readonly string[] | undefined,
    asked: [] as string[],
    error: undefined as Error | undefined,
    now: 0,
  }
  const answers: Record<string, (input: { domains: readonly string[] }) => unknown> = {
    levelCandidates: ({ domains }) =>
      domains.map(domain => ({ domain, candidates: state.candidates })),
    changedLevels: () => ({ revision: state.revision, domains: state.changed }),
  }
  const run = (name: string, input: { domains: readonly string[] }) => {
    state.asked.push(name)
    if (state.error !== undefined) return Promise.reject(state.error)
    return Promise.resolve(answers[name]?.(input))
  }
  const flags = new FreshValue({
    read: () =>
      state.error === undefined
        ? Promise.resolve({ levelsRevision: state.revision, paused: false })
        : Promise.reject(state.error),
    now: () => state.now,
  })
  const backend = { run } as unknown as Pick<Backend, 'run'>
  return { state, flags, cache: new LevelCache({ backend, flags, now: () => state.now }) }
}

const levelOf = async (cache: LevelCache) =>
  (await cache.levels('c', ['a.example'])).get('a.example')?.level

void t.test('levels come from memory as long as nothing has changed', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  t.same(state.asked, ['levelCandidates'])
  state.now = 1000
  t.equal(await levelOf(cache), 'none')
  t.same(state.asked, ['levelCandidates'], 'nothing changed, nothing is read')
})

void t.test('that nothing is known of a domain is kept as well', async t => {
  const { state, cache } = fakeDatabase()
  state.candidates = []
  t.equal(await levelOf(cache), undefined)
  t.equal(await levelOf(cache), undefined)
  t.same(state.asked, ['levelCandidates'])
})

void t.test('a change by another process is seen after a second', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.revision = 2
  state.candidates = [level('a.example', 'qualified'), level('a.example', 'none')]
  t.equal(await levelOf(cache), 'none')
  state.now = 1000
  t.equal(await levelOf(cache), 'qualified')
})

void t.test('a change of another domain does not make anything be read again', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.revision = 2
  state.changed = ['b.example']
  state.now = 1000
  t.equal(await levelOf(cache), 'none')
  t.same(state.asked, ['levelCandidates', 'changedLevels'])
})

void t.test('when nobody can say what has changed, everything is read again', async t => {
  const { state, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.revision = 2
  state.changed = undefined
  state.candidates = []
  state.now = 1000
  t.equal(await levelOf(cache), undefined)
})

void t.test('a store that was put back from a backup is read again', async t => {
  const { state, cache } = fakeDatabase()
  state.revision = 9
  t.equal(await levelOf(cache), 'none')
  state.revision = 3
  state.candidates = [level('a.example', 'mandatory')]
  state.now = 1000
  t.equal(await levelOf(cache), 'mandatory')
})

void t.test('a change of our own is seen at once, also while levels are being read', async t => {
  const { state, flags, cache } = fakeDatabase()
  const before = levelOf(cache)
  flags.invalidate()
  state.revision = 2
  state.candidates = [level('a.example', 'mandatory')]
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

void t.test('what could not be caught up with is caught up with by the next question', async t => {
  const { state, flags, cache } = fakeDatabase()
  t.equal(await levelOf(cache), 'none')
  state.revision = 2
  state.candidates = [level('a.example', 'qualified')]
  state.now = 1000
  await flags.value()
  state.error = new GatewayError('ERR_STORE_LOCKED', { store: 's', reason: 'r' })
  await t.rejects(levelOf(cache), { code: 'ERR_STORE_LOCKED' })
  state.error = undefined
  t.equal(await levelOf(cache), 'qualified')
})

void t.test('what is over gives way to the next word, if there is one', async t => {
  const { state, cache } = fakeDatabase()
  const match = ['mx1.a.example', 'mx2.a.example']
  const first = { ...level('a.example', 'qualified'), match, dane: true, until: 9 }
  state.candidates = [first, level('a.example', 'mandatory')]
  state.now = 8
  t.same((await cache.levels('c', ['A.example'])).get('A.example'), first)
  state.now = 9
  t.equal(await levelOf(cache), 'mandatory')
  state.candidates = [first]
  state.revision = 2
  state.now = 1009
  t.equal(await levelOf(cache), 'qualified', 'the caller sees that it is over')
})
