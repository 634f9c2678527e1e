import t from 'tap'
import { every } from '../../src/upkeep/every.js'
import { recordLog } from '../support/log-recorder.js'

t.test('a turn comes again and again until the loop is stopped', async t => {
  const { log } = recordLog(t)
  let turns = 0
  const loop = every(1, 'counting', log, async () => void (turns += 1))
  await new Promise<void>(done => {
    const look = (): void => (turns >= 3 ? done() : void setImmediate(look))
    look()
  })
  await loop.stop()
  const then = turns
  await new Promise(next => setTimeout(next, 5))
  t.equal(turns, then)
})

t.test(
  'a failure is logged once for each reason in a row, and the next turn tries again',
  async t => {
    const { log, lines, expect } = recordLog(t)
    expect('counting failed, tried again')
    const reasons = ['a', 'a', 'b', '', 'b']
    let turn = 0
    const loop = every(0, 'counting', log, async () => {
      const reason = reasons[turn]
      turn += 1
      if (reason !== undefined && reason !== '') throw new Error(reason)
    })
    await new Promise<void>(done => {
      const look = (): void => (turn > reasons.length ? done() : void setImmediate(look))
      look()
    })
    await loop.stop()
    t.same(
      lines.map(({ fields }) => fields.reason),
      ['a', 'b', 'b'],
    )
  },
)

t.test('stopping waits for the turn in progress and says nothing of its end', async t => {
  const { log } = recordLog(t)
  let isOver = false
  const loop = every(0, 'waiting', log, async signal => {
    await new Promise(next => signal.addEventListener('abort', next, { once: true }))
    isOver = true
    throw new Error('stopped')
  })
  await loop.stop()
  t.equal(isOver, true)
})
