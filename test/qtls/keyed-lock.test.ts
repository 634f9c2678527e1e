import t from 'tap'
import { KeyedLock } from '../../src/qtls/keyed-lock.js'

const { signal } = new AbortController()

await t.test('one at a time, in the order of asking; other names do not wait', async t => {
  const lock = new KeyedLock()
  const events: string[] = []
  let open = (): void => undefined
  const gate = new Promise<void>(done => (open = done))
  const first = lock.run(
    'a',
    async () => {
      await gate
      events.push('first')
    },
    signal,
  )
  const second = lock.run('a', async () => void events.push('second'), signal)
  const third = lock.run('a', async () => void events.push('third'), signal)
  await lock.run('b', async () => void events.push('other'), signal)
  open()
  await Promise.all([first, second, third])
  t.same(events, ['other', 'first', 'second', 'third'])
  t.equal(lock.size, 0)
})

await t.test('what throws makes way for the next', async t => {
  const lock = new KeyedLock()
  const failing = lock.run('a', () => Promise.reject(new Error('no')), signal)
  const next = lock.run('a', async () => 'next', signal)
  await t.rejects(failing, { message: 'no' })
  t.equal(await next, 'next')
})

await t.test('whoever gives up does not hold up the others', async t => {
  const lock = new KeyedLock()
  let open = (): void => undefined
  const gate = new Promise<void>(done => (open = done))
  const first = lock.run('a', () => gate, signal)
  const giveUp = new AbortController()
  const second = lock.run('a', async () => t.fail('it has given up'), giveUp.signal)
  const third = lock.run('a', async () => 'third', signal)
  giveUp.abort(new Error('enough'))
  await t.rejects(second, { message: 'enough' })
  open()
  await first
  t.equal(await third, 'third')
})
