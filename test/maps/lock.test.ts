import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { withLock } from '../../src/maps/lock.js'
import { ROOT } from '../support/tree-sources.js'

t.test('one after the other does what nobody else does meanwhile', async t => {
  const directory = t.testdir({})
  const order: string[] = []
  const first = withLock(directory, 0, async () => {
    order.push('first begins')
    await new Promise(next => setImmediate(next))
    order.push('first ends')
  })
  await Promise.all([first, withLock(directory, 10_000, async () => order.push('second'))])
  t.same(order, ['first begins', 'first ends', 'second'])
  await t.rejects(
    withLock(directory, 0, () => withLock(directory, 0, async () => undefined)),
    { code: 'ERR_MAPS_LOCKED', temporary: true, exit: 75 },
  )
  t.equal(await withLock(directory, 0, async () => 7), 7)
})

t.test('a process that dies leaves no lock behind', async t => {
  const directory = t.testdir({})
  const program = `
    import { withLock } from ${JSON.stringify(join(ROOT, 'dist/src/maps/lock.js'))}
    await withLock(${JSON.stringify(directory)}, 0, () => new Promise(() => {
      process.stdout.write('held')
      setInterval(() => undefined, 1000)
    }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await t.rejects(
    withLock(directory, 0, async () => undefined),
    { code: 'ERR_MAPS_LOCKED' },
  )
  child.kill('SIGKILL')
  await ended
  await t.resolves(withLock(directory, 0, async () => undefined))
})
