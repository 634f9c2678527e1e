import type { DatabaseStore } from '../../src/store/database-store.js'
import type { StoreCase } from './store-cases.js'
import { sampleGuest } from './store-guests.js'

const PERSON = { by: 'ann', reason: 'seen' } as const

async function wakes(store: DatabaseStore, againAfterMs = 1000): Promise<readonly string[]> {
  return (await store.waitingToWake(againAfterMs)).map(({ key }) => key)
}

/** How every store finds those whose answer is there. */
export const WAKING_CASES: readonly StoreCase[] = [
  [
    'nobody is woken whose answer is not there',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.wait(sampleGuest({ key: 'a', until: 5001 }))
      await store.wait(sampleGuest({ key: 'b', until: 5001, why: 'hold' }))
      await store.wait(sampleGuest({ key: 'c', until: 4000 }))
      await store.endWait('c', 'gone')
      t.same(await wakes(store), [])
    },
  ],
  [
    'who is decided on or over the limit is woken, oldest first, once in a while',
    async (t, open) => {
      let now = 5000
      const store = await open(t, { now: () => now })
      await store.wait(sampleGuest({ key: 'late', since: 3000, until: 5000 }))
      await store.wait(sampleGuest({ key: 'held', since: 1000, why: 'hold', queueId: 'Q2' }))
      const decision = { customer: 'clinic', id: 'held', ...PERSON }
      await store.decideWaiting({ ...decision, verdict: 'released' })
      t.match(await store.waitingToWake(1000), [
        { key: 'held', verdict: 'released', queueId: 'Q2' },
        { key: 'late' },
      ])
      now = 5999
      t.same(await wakes(store), [])
      await store.wait(sampleGuest({ key: 'late', until: 5000 }))
      t.same(await wakes(store), [], 'a further try changes nothing')
      now = 6000
      t.same(await wakes(store), ['held', 'late'])
    },
  ],
  [
    'who is woken just after a try, while Postfix is still at the message, is woken once more',
    async (t, open) => {
      let now = 0
      const store = await open(t, { now: () => now })
      const at = async (time: number): Promise<readonly string[]> => {
        now = time
        return wakes(store, 60_000)
      }
      const busy = sampleGuest({ key: 'busy', since: 1000, at: 10_000, until: 10_000 })
      const idle = sampleGuest({ key: 'idle', since: 2000, at: 5000, until: 10_000 })
      for (const guest of [busy, idle]) await store.wait(guest)
      t.same(await at(10_500), ['busy', 'idle'])
      t.same(await at(15_499), [])
      t.same(await at(15_500), ['busy'])
      t.same(await at(30_000), [])
      t.same(await at(70_500), ['idle'])
      t.same(await at(75_500), ['busy'])
    },
  ],
  [
    'a new decision wakes at once, and so does a new reason to wait',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.wait(sampleGuest({ key: 'a', until: 5000 }))
      await store.wait(sampleGuest({ key: 'b', since: 2000, until: 5000, why: 'hold' }))
      t.same(await wakes(store), ['a', 'b'])
      await store.decideWaiting({ customer: 'clinic', id: 'a', verdict: 'cancelled', ...PERSON })
      t.same(await wakes(store), ['a'])
      await store.wait(sampleGuest({ key: 'b', until: 5000, why: 'wait' }))
      t.same(await wakes(store), ['b'])
    },
  ],
  [
    'who waits for a domain is woken when its level is known',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.wait(sampleGuest({ key: 'a', domain: 'Known.Example' }))
      await store.wait(sampleGuest({ key: 'b', domain: 'other.example' }))
      await store.wait(sampleGuest({ key: 'c', domain: 'known.example', why: 'hold' }))
      const change = { customer: '*', domain: 'known.example', ...PERSON } as const
      for (const [level, until, want] of [
        ['undetermined', undefined, []],
        ['qualified', 5000, []],
        ['qualified', 5001, ['a']],
        ['none', undefined, ['a']],
      ] as const) {
        await store.setLevel({ ...change, level, ...(until === undefined ? {} : { until }) })
        t.same(await wakes(store, 0), want, `${level} until ${until}`)
      }
    },
  ],
  [
    "a customer's own level counts before that of all, and another's not at all",
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.wait(sampleGuest({ key: 'a' }))
      const change = { domain: 'x.example', ...PERSON } as const
      await store.setLevel({ ...change, customer: 'lawyer', level: 'qualified' })
      t.same(await wakes(store), [])
      await store.setLevel({ ...change, customer: '*', level: 'qualified' })
      await store.setLevel({ ...change, customer: 'clinic', level: 'undetermined' })
      t.same(await wakes(store), [])
      await store.setLevel({ ...change, customer: 'clinic', level: 'none', until: 4999 })
      t.same(await wakes(store), [], 'a level that is no longer in force hides that of all')
      await store.setLevel({ ...change, customer: 'clinic', level: 'mandatory' })
      t.same(await wakes(store), ['a'])
    },
  ],
  [
    'as long as mail is stopped only the cancelled are woken; afterwards all whom that kept',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.setPaused(true, 'ann', 'a leak')
      await store.wait(sampleGuest({ key: 'a', since: 1, why: 'paused', until: 4000 }))
      await store.wait(sampleGuest({ key: 'b', since: 2, until: 4000 }))
      await store.wait(sampleGuest({ key: 'c', since: 3, why: 'paused', until: 4000 }))
      await store.wait(sampleGuest({ key: 'd', since: 4, why: 'hold' }))
      const decision = { customer: 'clinic', ...PERSON }
      await store.decideWaiting({ ...decision, id: 'c', verdict: 'cancelled' })
      await store.decideWaiting({ ...decision, id: 'd', verdict: 'released' })
      t.same(await wakes(store), ['c'])
      await store.setPaused(false, 'ann', 'it is mended')
      t.same(await wakes(store), ['a', 'b', 'd'])
    },
  ],
]
