import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { StoreCase } from './store-cases.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from './store-guests.js'
import { sampleRecord, sampleTransit } from './store-records.js'

const DAY_MS = 86_400_000

/** What every store deletes of the lanes, and what it keeps. */
export const RETENTION_CASES: readonly StoreCase[] = [
  [
    'lines of the log go with their own retention, with the queue entry they are about',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now, evidenceRetentionMs: 5000 })
      const attempt = { ...sampleDelivery({ queueId: 'Q1' }), at: 900 }
      const old = sampleDelivery({ queueId: 'Q1', at: 1000 })
      const grown = [1000, 6000].map(at => sampleDelivery({ queueId: 'Q2', at }))
      const { recipient: _, status: __, tls: ___, ...tried } = attempt
      await store.saveEvidence(sampleBatch({ deliveries: [old, ...grown], attempts: [tried] }))
      now = 6001
      t.match(await store.purge(), { messages: 0, notes: 0, evidence: 1, waits: 0 })
      t.same(await store.queueEntry('Q1'), { deliveries: [], attempts: [] })
      t.same((await store.queueEntry('Q2')).deliveries, grown)
      t.equal(
        (await store.followPosition('file:/var/log/mail.log'))?.source,
        'file:/var/log/mail.log',
      )
    },
  ],
  [
    'without a retention lines of the log are kept',
    async (t, open) => {
      const store = await open(t, { now: () => 1e12, retentionMs: 1 })
      await store.saveEvidence(
        sampleBatch({ deliveries: [sampleDelivery({ queueId: 'Q1', at: 1 })] }),
      )
      t.match(await store.purge(), { evidence: 0 })
      t.equal((await store.queueEntry('Q1')).deliveries.length, 1)
    },
  ],
  [
    'waits that are over, notices and probes go with the messages; who waits stays',
    async (t, open) => {
      let now = 10 * DAY_MS
      const store = await open(t, { now: () => now, retentionMs: 2 * DAY_MS })
      const at = now
      await store.wait(sampleGuest({ key: 'over', at, since: at }))
      await store.wait(sampleGuest({ key: 'open', at, since: at }))
      await store.endWait('over', 'delivered')
      await store.requestProbe('x.example', 'the lane tls')
      await store.addNotice(sampleNotice({ createdAt: at, cause: undefined }))
      const [notice] = await store.dueNotices(1)
      await store.noticeSent(notice?.id ?? -1)
      now += 2 * DAY_MS
      t.match(await store.purge(), { waits: 0 })
      now += 1
      t.match(await store.purge(), { waits: 3 })
      t.match(await store.listWaiting({ customer: ALL_CUSTOMERS }), [{ key: 'open' }])
      now = at + 7 * DAY_MS
      t.match(await store.purge(), { waits: 0 })
      now += 1
      t.match(await store.purge(), { waits: 1 }, 'Postfix has long given up')
    },
  ],
  [
    'what a message may need on its way is kept for a week, and as long as it waits',
    async (t, open) => {
      const start = 100 * DAY_MS
      let now = start
      const store = await open(t, { now: () => now, retentionMs: DAY_MS })
      const passing = (reference: string, root = reference) =>
        sampleRecord({
          reference,
          at: start,
          root: root === reference ? undefined : root,
          transit: sampleTransit({ reference, root }),
        })
      await store.record(sampleRecord({ reference: 'ended', at: start }))
      for (const reference of ['passed', 'waits']) await store.record(passing(reference))
      await store.record(passing('waits-too', 'waits'))
      await store.wait(sampleGuest({ reference: 'waits', at: start, since: start }))
      now = start + DAY_MS + 1
      t.match(await store.purge(), { messages: 1 })
      t.match(await store.transit('passed'), { reference: 'passed' })
      now = start + 6 * DAY_MS
      await store.wait(sampleGuest({ reference: 'waits', at: now }))
      now = start + 7 * DAY_MS
      t.match(await store.purge(), { messages: 0 })
      now += 1
      t.match(await store.purge(), { messages: 1 })
      t.equal(await store.transit('passed'), undefined)
      t.match(await store.transit('waits'), { reference: 'waits' })
      t.match(await store.transit('waits-too'), { root: 'waits' })
      await store.endWait('key', 'delivered')
      t.match(await store.purge(), { messages: 2 })
      t.equal(await store.transit('waits'), undefined)
    },
  ],
]
