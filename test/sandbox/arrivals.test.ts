import { getEventListeners } from 'node:events'
import t from 'tap'
import { Arrivals, type Arrival } from '../../sandbox/arrivals.js'

const arrival = (recipient: string): Arrival =>
  ({ recipients: [recipient], message: Buffer.alloc(0) }) as unknown as Arrival

t.test('whoever waits is woken by mail to others without gathering listeners', async t => {
  const signals: AbortSignal[] = []
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  t.teardown(() => void (AbortSignal.timeout = timeout))
  AbortSignal.timeout = ms => {
    const signal = timeout(ms)
    signals.push(signal)
    return signal
  }
  const arrivals = new Arrivals()
  const waiting = arrivals.next('anna@in.example')
  for (let count = 0; count < 30; count += 1) {
    arrivals.add(arrival('bob@in.example'))
    await new Promise(setImmediate)
  }
  const listeners = signals.map(signal => getEventListeners(signal, 'abort').length)
  t.same(listeners, [1])
  const wanted = arrival('anna@in.example')
  arrivals.add(wanted)
  t.equal(await waiting, wanted)
})

t.test('who waits in vain is told what came', async t => {
  const arrivals = new Arrivals()
  arrivals.add(arrival('bob@in.example'))
  await t.rejects(arrivals.next('anna@in.example', 1), /no mail to anna@in\.example; there is bob/)
})
