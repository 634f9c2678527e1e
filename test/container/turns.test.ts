import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { Turns } from '../../src/container/turns.js'

await t.test('a short loop goes through', t => {
  const turns = new Turns()
  for (let step = 0; step < 100; step += 1) t.equal(turns.step(), undefined)
  t.end()
})

await t.test('a long loop lets others have their turn', async t => {
  const turns = new Turns()
  const state = { isOver: false }
  const loop = async (): Promise<void> => {
    while (!state.isOver) {
      const turn = turns.step()
      if (turn !== undefined) await turn
    }
  }
  const looping = loop()
  // Had nobody else a turn, this would wait for ever, and the test would be ended as too late.
  for (let turn = 0; turn < 3; turn += 1) await nextTurn()
  state.isOver = true
  await t.resolves(looping)
})
