import t from 'tap'
import { FreshValue } from '../../src/store/fresh-value.js'

/** Something to read, how often it was read, and a clock that stands still. */
function source() {
  const state = { value: 'a', reads: 0, now: 0, error: undefined as Error | undefined }
  const read = async () => {
    state.reads += 1
    if (state.error !== undefined) throw state.error
    return state.value
  }
  return { state, fresh: new FreshValue({ read, now: () => state.now }) }
}

void t.test('a value is read once a second, and only when somebody asks', async t => {
  const { state, fresh } = source()
  t.equal(state.reads, 0)
  t.same(await Promise.all([fresh.value(), fresh.value()]), ['a', 'a'])
  state.value = 'b'
  state.now = 999
  t.equal(await fresh.value(), 'a')
  t.equal(state.reads, 1)
  state.now = 1000
  t.equal(await fresh.value(), 'b')
  t.equal(state.reads, 2)
})

void t.test('what cannot be read is an error for everybody who asks, until it can', async t => {
  const { state, fresh } = source()
  t.equal(await fresh.value(), 'a')
  state.now = 1000
  state.error = new Error('locked')
  const asked = await Promise.allSettled([fresh.value(), fresh.value()])
  t.match(asked, [{ reason: { message: 'locked' } }, { reason: { message: 'locked' } }])
  t.equal(state.reads, 2)
  await t.rejects(fresh.value(), { message: 'locked' })
  state.error = undefined
  t.equal(await fresh.value(), 'a')
})

void t.test('a question after a change is not answered by a reading from before it', async t => {
  const waiting: ((value: string) => void)[] = []
  const fresh = new FreshValue<string>({
    read: () => new Promise(resolve => waiting.push(resolve)),
    now: () => 0,
  })
  const before = fresh.value()
  fresh.invalidate()
  const after = fresh.value()
  waiting[1]?.('new')
  t.equal(await after, 'new')
  waiting[0]?.('old')
  t.equal(await before, 'old')
  t.equal(await fresh.value(), 'new')
  t.equal(waiting.length, 2)
})
