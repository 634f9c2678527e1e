import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { StoreCase } from './store-cases.js'
import { sampleGuest } from './store-guests.js'

/** What every store does for those who wait. */
export const WAITING_CASES: readonly StoreCase[] = [
  [
    'who waits has one row, whatever the number of tries',
    async (t, open) => {
      const store = await open(t)
      const guest = sampleGuest({ key: 'k', at: 1000, since: 1000, until: 9000, queueId: 'Q1' })
      const row = {
        key: 'k',
        customer: 'clinic',
        reference: '0123456789abcdefghij',
        sender: 'alice@clinic.example',
        recipient: 'bob@x.example',
        domain: 'x.example',
        why: 'wait',
        queueId: 'Q1',
        since: 1000,
        lastTry: 1000,
        tries: 1,
        until: 9000,
        verdict: undefined,
        decidedBy: undefined,
        decidedAt: undefined,
        reason: undefined,
      }
      t.same(await store.wait(guest), row)
      t.same(await store.waiting('k'), row)
      t.same(await store.wait({ ...guest, at: 2000, since: 2000, reference: 'x', queueId: 'Q2' }), {
        ...row,
        queueId: 'Q2',
        lastTry: 2000,
        tries: 2,
      })
      t.same(
        await store.wait({ ...guest, at: 3000, why: 'hold', until: 99_000, queueId: undefined }),
        {
          ...row,
          why: 'hold',
          queueId: 'Q2',
          lastTry: 3000,
          tries: 3,
          until: 99_000,
        },
      )
      t.equal((await store.listWaiting({ customer: ALL_CUSTOMERS })).length, 1)
    },
  ],
  [
    'nobody waits under a key that is unknown or whose waiting is over',
    async (t, open) => {
      const store = await open(t)
      t.equal(await store.waiting('k'), undefined)
      await t.resolves(store.endWait('k', 'delivered'), 'an end without a beginning')
      for (const how of ['delivered', 'rejected', 'gone'] as const) {
        await store.wait(sampleGuest({ key: how }))
        await store.endWait(how, how)
        t.equal(await store.waiting(how), undefined)
      }
      t.same(await store.listWaiting({ customer: ALL_CUSTOMERS }), [])
    },
  ],
  [
    'who is back after the end begins anew, without the decision of then',
    async (t, open) => {
      const store = await open(t)
      const guest = sampleGuest({ key: 'k', at: 1000, since: 1000 })
      await store.wait(guest)
      const decision = { customer: 'clinic', id: 'k', by: 'ann', reason: 'seen' } as const
      await store.decideWaiting({ ...decision, verdict: 'released' })
      await store.endWait('k', 'delivered')
      t.match(await store.wait({ ...guest, at: 5000, since: 5000 }), {
        since: 5000,
        tries: 1,
        verdict: undefined,
        decidedBy: undefined,
      })
    },
  ],
  [
    "a key that is another customer's is refused, and so is the name that stands for all",
    async (t, open) => {
      const store = await open(t)
      const guest = sampleGuest({ key: 'k' })
      const row = await store.wait(guest)
      const refused = { code: 'ERR_STORE_REFUSED', temporary: true }
      await t.rejects(store.wait({ ...guest, customer: 'lawyer', why: 'hold' }), refused)
      await t.rejects(store.wait({ ...guest, customer: ALL_CUSTOMERS }), refused)
      t.same(await store.waiting('k'), row)
      await store.endWait('k', 'gone')
      await t.rejects(store.wait({ ...guest, customer: 'lawyer' }), refused)
    },
  ],
  [
    'texts of the envelope that a database cannot hold do not keep anybody from waiting',
    async (t, open) => {
      const store = await open(t)
      const row = await store.wait(sampleGuest({ sender: 'a\0b', recipient: 'x\ud800@Ü.example' }))
      t.match(row, { sender: 'a\ufffdb', recipient: 'x\ufffd@Ü.example' })
    },
  ],
  [
    'those who wait are listed oldest first, by customer and by reason',
    async (t, open) => {
      const store = await open(t)
      await store.wait(sampleGuest({ key: 'b', since: 2000, why: 'hold' }))
      await store.wait(sampleGuest({ key: 'c', since: 3000, customer: 'lawyer' }))
      await store.wait(sampleGuest({ key: 'a', since: 1000 }))
      const keys = async (query: Parameters<typeof store.listWaiting>[0]) =>
        (await store.listWaiting(query)).map(({ key }) => key)
      t.same(await keys({ customer: ALL_CUSTOMERS }), ['a', 'b', 'c'])
      t.same(await keys({ customer: 'clinic' }), ['a', 'b'])
      t.same(await keys({ customer: 'clinic', why: 'hold' }), ['b'])
      t.same(await keys({ customer: 'lawyer', why: 'hold' }), [])
      t.same(await keys({ customer: 'nobody' }), [])
    },
  ],
  [
    'a decision falls on everybody whom the id names, with a note each',
    async (t, open) => {
      const store = await open(t, { now: () => 7000 })
      const reference = 'abcdefghij0123456789'
      await store.wait(sampleGuest({ key: 'a', reference, queueId: 'Q1', since: 1, why: 'hold' }))
      await store.wait(sampleGuest({ key: 'b', reference, queueId: 'Q2', since: 2 }))
      await store.wait(sampleGuest({ key: 'c', queueId: 'Q1', since: 3 }))
      const decision = { customer: 'clinic', by: 'ann', reason: 'seen' } as const
      const decide = async (id: string, verdict: 'released' | 'cancelled') =>
        (await store.decideWaiting({ ...decision, id, verdict })).map(({ key }) => key)
      t.same(await decide(reference, 'released'), ['a', 'b'])
      t.same(await decide('Q1', 'released'), ['a', 'c'])
      t.same(await decide('a', 'cancelled'), ['a'], 'the last decision stands')
      t.match(await store.waiting('a'), {
        verdict: 'cancelled',
        decidedBy: 'ann',
        decidedAt: 7000,
        reason: 'seen',
      })
      const note = { at: 7000, customer: 'clinic', actor: 'ann', detail: 'x.example: seen' }
      t.match(await store.listAudit('clinic'), [
        { ...note, act: 'wait-cancel', object: reference },
        { ...note, act: 'wait-release', object: '0123456789abcdefghij' },
        { ...note, act: 'wait-release', object: reference },
        { ...note, act: 'wait-release', object: reference },
        { ...note, act: 'wait-release', object: reference },
      ])
      t.match(await store.wait(sampleGuest({ key: 'a', at: 8000 })), { verdict: 'cancelled' })
    },
  ],
  [
    'a decision falls on one recipient when it names one',
    async (t, open) => {
      const store = await open(t)
      const reference = 'abcdefghij0123456789'
      await store.wait(sampleGuest({ key: 'a', reference, recipient: 'Bob@x.example' }))
      await store.wait(sampleGuest({ key: 'b', reference, recipient: 'carol@x.example' }))
      const decision = {
        customer: ALL_CUSTOMERS,
        id: reference,
        verdict: 'released',
        by: 'ann',
        reason: 'seen',
      } as const
      t.match(await store.decideWaiting({ ...decision, recipient: 'bob@X.example' }), [
        { key: 'a' },
      ])
      t.same(await store.decideWaiting({ ...decision, recipient: 'dave@x.example' }), [])
      t.match(await store.waiting('b'), { verdict: undefined })
    },
  ],
  [
    'nobody decides on what belongs to another customer, is over, or is unknown',
    async (t, open) => {
      const store = await open(t)
      await store.wait(sampleGuest({ key: 'a', queueId: 'Q1' }))
      await store.wait(sampleGuest({ key: 'b', queueId: 'Q2' }))
      await store.endWait('b', 'gone')
      const decision = { verdict: 'released', by: 'ann', reason: 'seen' } as const
      for (const [customer, id] of [
        ['lawyer', 'a'],
        ['lawyer', 'Q1'],
        ['lawyer', '0123456789abcdefghij'],
        ['nobody', 'a'],
        ['clinic', 'b'],
        ['clinic', 'Q2'],
        ['clinic', 'Q3'],
      ] as const) {
        t.same(await store.decideWaiting({ ...decision, customer, id }), [], `${customer} ${id}`)
      }
      t.match(await store.waiting('a'), { verdict: undefined })
      t.same(await store.listAudit(ALL_CUSTOMERS), [])
    },
  ],
  [
    'a decision that nobody answers for, or that is none, is refused',
    async (t, open) => {
      const store = await open(t)
      await store.wait(sampleGuest({ key: 'a' }))
      const decision = { customer: 'clinic', id: 'a', verdict: 'released', by: 'ann', reason: 'r' }
      for (const part of [
        { by: ' ' },
        { reason: '' },
        { reason: 'r'.repeat(1001) },
        { id: ' ' },
        { verdict: 'waiting' },
      ]) {
        const whole = { ...decision, ...part } as Parameters<typeof store.decideWaiting>[0]
        await t.rejects(store.decideWaiting(whole), { code: 'ERR_STORE_INPUT', exit: 65 })
      }
      t.match(await store.waiting('a'), { verdict: undefined })
    },
  ],
]
