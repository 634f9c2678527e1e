import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { memoryGate } from '../../src/container/memory-gate.js'

const MIB = 1024 * 1024

/** Runs work of these sizes through a gate of 10 MiB; gives the steps in their order. */
async function stepsOf(...sizes: readonly number[]): Promise<string> {
  const gate = memoryGate(10 * MIB)
  const steps: string[] = []
  const all = sizes.map(size =>
    gate(size * MIB, async () => {
      steps.push(`+${size}`)
      await nextTurn()
      steps.push(`-${size}`)
    }),
  )
  await Promise.all(all)
  return steps.join(' ')
}

await t.test('as much is held at a time as there is room for', async t => {
  const cases: readonly [name: string, sizes: readonly number[], want: string][] = [
    ['room for both', [4, 6], '+4 +6 -4 -6'],
    ['room for one', [6, 5], '+6 -6 +5 -5'],
    ['nobody overtakes', [6, 8, 3], '+6 -6 +8 -8 +3 -3'],
    ['but what is small goes at once', [9, 8, 0.5], '+0.5 +9 -0.5 -9 +8 -8'],
    ['too large for the gate goes alone', [20, 2, 20], '+20 -20 +2 -2 +20 -20'],
  ]
  for (const [name, sizes, want] of cases) t.equal(await stepsOf(...sizes), want, name)
})

await t.test('a failure is told to its own work and makes room', async t => {
  const gate = memoryGate(MIB)
  const failing = gate(5 * MIB, async () => {
    await nextTurn()
    throw new Error('broken')
  })
  const next = gate(5 * MIB, async () => 'done')
  await t.rejects(failing, /broken/)
  t.equal(await next, 'done')
})
