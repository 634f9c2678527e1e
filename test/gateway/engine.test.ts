import t from 'tap'
import { Engines, type Engine } from '../../src/gateway/engine.js'

function engine(close: () => Promise<void>): Engine {
  return { host: { close } } as unknown as Engine
}

t.test('a replaced engine is closed when its last message is over', async t => {
  const closed: string[] = []
  const first = engine(async () => void closed.push('first'))
  const second = engine(async () => void closed.push('second'))
  const engines = new Engines(first, () => t.fail('closing works'))
  const [one, two] = [engines.lease(), engines.lease()]
  engines.replace(second)
  t.equal(one.engine, first)
  t.equal(engines.lease().engine, second)
  one.release()
  one.release()
  t.strictSame(closed, [])
  two.release()
  t.strictSame(closed, ['first'])
  await engines.close()
  t.strictSame(closed, ['first', 'second'])
})

t.test('plugins that cannot be closed are reported, not thrown', async t => {
  const reported: unknown[] = []
  const engines = new Engines(
    engine(() => Promise.reject(new Error('stuck'))),
    thrown => reported.push(thrown),
  )
  engines.replace(engine(async () => undefined))
  await new Promise(resolve => setImmediate(resolve))
  t.match(reported, [{ message: 'stuck' }])
})
