import type { StoreCase } from './store-cases.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from './store-guests.js'

/** What every store does with notices to senders. */
export const OUTBOX_CASES: readonly StoreCase[] = [
  [
    'a notice without a cause is due at once, and comes as it was put in',
    async (t, open) => {
      const store = await open(t, { now: () => 1000 })
      const notice = sampleNotice({ cause: undefined, why: 'no \0 text' })
      await store.addNotice(notice)
      const { cause: _, ...kept } = notice
      const due = await store.dueNotices(10)
      t.equal(due.length, 1)
      t.match(due, [{ ...kept, why: 'no \ufffd text', attempts: 0 }])
      t.type(due[0]?.id, 'number')
    },
  ],
  [
    'a second notice of a kind for the same key is ignored',
    async (t, open) => {
      const store = await open(t, { now: () => 1000 })
      const notice = sampleNotice({ cause: undefined })
      await store.addNotice(notice)
      await store.addNotice({ ...notice, why: 'another', messageId: 'x' })
      await store.addNotice({ ...notice, kind: 'ended' })
      await store.addNotice({ ...notice, key: 'other' })
      const [first, second, third, ...more] = await store.dueNotices(10)
      t.match(first, { kind: 'waiting', key: 'key', messageId: 'waiting.key' })
      t.match(second, { kind: 'ended', key: 'key' })
      t.match(third, { kind: 'waiting', key: 'other' })
      t.same(more, [])
      await store.noticeSent(first?.id ?? -1)
      await store.addNotice(notice)
      t.same(await store.dueNotices(10), [], 'nor does it go out again once it is sent')
    },
  ],
  [
    'notices come oldest first, not before their time, and no more than asked for',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      for (const [key, createdAt, notBefore] of [
        ['c', 30, 1001],
        ['b', 20, 1000],
        ['a', 10, 900],
        ['d', 40, 1000],
      ] as const) {
        await store.addNotice(sampleNotice({ key, createdAt, notBefore, cause: undefined }))
      }
      const keys = async (limit: number) => (await store.dueNotices(limit)).map(({ key }) => key)
      t.same(await keys(2), ['a', 'b'])
      t.same(await keys(2), ['d'], 'what one caller has taken no other gets')
      now = 1001
      t.same(await keys(2), ['c'])
      now = 301_000
      t.same(await keys(10), ['a', 'b', 'd'], 'unless nothing was heard of it for long')
    },
  ],
  [
    'what could not be sent is tried again at its time, what was sent never',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      await store.addNotice(sampleNotice({ cause: undefined }))
      const [notice] = await store.dueNotices(1)
      const id = notice?.id ?? -1
      await store.noticeFailed(id, 2000)
      now = 1999
      t.same(await store.dueNotices(1), [])
      now = 2000
      t.match(await store.dueNotices(1), [
        { id, attempts: 1, notBefore: 2000, messageId: 'waiting.key' },
      ])
      await store.noticeSent(id)
      await store.noticeFailed(id, 0)
      now = 1_000_000
      t.same(await store.dueNotices(1), [])
      await t.resolves(store.noticeSent(4711), 'a notice that is gone')
      await t.resolves(store.noticeFailed(4711, 0))
    },
  ],
  [
    'the end of a waiting drops what is held and that somebody waits, and nothing else',
    async (t, open) => {
      const store = await open(t, { now: () => 9000 })
      await store.wait(sampleGuest({ key: 'key' }))
      await store.addNotice(sampleNotice({ notBefore: 20_000 }))
      await store.addNotice(sampleNotice({ kind: 'delivered', cause: undefined }))
      await store.addNotice(sampleNotice({ kind: 'ended', cause: 'Q1' }))
      await store.addNotice(sampleNotice({ key: 'other', cause: undefined }))
      await store.saveEvidence(sampleBatch({ deliveries: [sampleDelivery()] }))
      await store.endWait('key', 'delivered')
      t.match(await store.dueNotices(10), [
        { key: 'key', kind: 'delivered' },
        { key: 'other', kind: 'waiting' },
      ])
    },
  ],
  [
    'who waits anew after an end is told anew',
    async (t, open) => {
      const store = await open(t, { now: () => 1000 })
      const notice = sampleNotice({ cause: undefined })
      await store.wait(sampleGuest())
      await store.addNotice(notice)
      const [first] = await store.dueNotices(1)
      await store.noticeSent(first?.id ?? -1)
      await store.endWait('key', 'gone')
      await store.wait(sampleGuest())
      await store.addNotice(notice)
      t.match(await store.dueNotices(1), [{ key: 'key', attempts: 0 }])
    },
  ],
  [
    'no notice belongs to the name that stands for all customers',
    async (t, open) => {
      const store = await open(t)
      await t.rejects(store.addNotice(sampleNotice({ customer: '*' })), {
        code: 'ERR_STORE_REFUSED',
      })
    },
  ],
]
