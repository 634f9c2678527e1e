import type { Attempt, Delivery } from '../../src/store/evidence.js'
import type { StoreCase } from './store-cases.js'
import { sampleBatch, sampleDelivery, sampleGuest, sampleNotice } from './store-guests.js'

const SENT: Delivery = sampleDelivery({
  at: 3000,
  queueId: 'Q1',
  service: 'qtls',
  relay: 'mx1.x.example[192.0.2.7]:25',
  status: 'sent',
  dsn: '2.0.0',
  text: '250 2.0.0 Ok: queued as 4ZqY',
  tls: {
    trust: 'Verified',
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    details: 'key-exchange X25519 server-signature ECDSA (prime256v1)',
  },
})

const TRIED: Attempt = {
  at: 2000,
  queueId: 'Q1',
  service: 'qtls',
  relay: 'mx2.x.example[192.0.2.8]:25',
  dsn: '4.7.5',
  text: 'Server certificate not verified',
}

/** What every store does with the lines of Postfix's log. */
export const EVIDENCE_CASES: readonly StoreCase[] = [
  [
    'what the log says about a queue entry comes back, oldest first, and nothing about others',
    async (t, open) => {
      const store = await open(t)
      const first = sampleDelivery({ at: 1000, queueId: 'Q1', text: 'try \0 later' })
      const other = sampleDelivery({ queueId: 'Q2' })
      t.same(await store.queueEntry('Q1'), { deliveries: [], attempts: [] })
      await store.saveEvidence(sampleBatch({ deliveries: [SENT, other], attempts: [TRIED] }))
      await store.saveEvidence(sampleBatch({ deliveries: [first] }))
      t.same(await store.queueEntry('Q1'), {
        deliveries: [{ ...first, text: 'try \ufffd later' }, SENT],
        attempts: [TRIED],
      })
      t.same(await store.queueEntry('Q2'), { deliveries: [other], attempts: [] })
      t.same(await store.queueEntry('q1'), { deliveries: [], attempts: [] })
    },
  ],
  [
    'the position behind a batch is kept with it, and an empty batch says that the follower lives',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      t.equal(await store.followedAt(), undefined)
      t.equal(await store.followPosition('journal'), undefined)
      const journal = { source: 'journal', position: 's=1' }
      await store.saveEvidence(sampleBatch({ position: journal }))
      now = 2000
      const file = { source: 'file:/var/log/mail.log', position: '1:2:3' }
      await store.saveEvidence(sampleBatch({ position: file }))
      t.same(await store.followPosition('journal'), journal)
      t.same(await store.followPosition('file:/var/log/mail.log'), file)
      t.equal(await store.followedAt(), 2000)
      now = 3000
      await store.saveEvidence(sampleBatch({ position: { ...journal, position: 's=2' } }))
      t.match(await store.followPosition('journal'), { position: 's=2' })
      t.equal(await store.followedAt(), 3000)
    },
  ],
  [
    'a batch that comes twice, with more behind it or late, doubles no line',
    async (t, open) => {
      const store = await open(t)
      const batch = sampleBatch({ deliveries: [SENT], attempts: [TRIED] })
      await store.saveEvidence(batch)
      await store.saveEvidence(batch)
      const more = sampleDelivery({ at: 4000, queueId: 'Q1' })
      await store.saveEvidence(
        sampleBatch({ deliveries: [{ ...SENT, tls: undefined }, more, more], attempts: [TRIED] }),
      )
      await store.saveEvidence(batch)
      t.same(await store.queueEntry('Q1'), { deliveries: [SENT, more], attempts: [TRIED] })
    },
  ],
  [
    'a batch that is refused leaves neither lines nor a position',
    async (t, open) => {
      const store = await open(t)
      const bad = sampleDelivery({ queueId: 'Q1', service: null as unknown as string })
      const batch = sampleBatch({ deliveries: [SENT, bad] })
      await t.rejects(store.saveEvidence(batch), { code: 'ERR_STORE_REFUSED', temporary: true })
      t.same(await store.queueEntry('Q1'), { deliveries: [], attempts: [] })
      t.equal(await store.followPosition(batch.position.source), undefined)
      t.equal(await store.followedAt(), undefined)
    },
  ],
  [
    'a queue id that Postfix uses again is another entry',
    async (t, open) => {
      const store = await open(t)
      await store.saveEvidence(
        sampleBatch({ deliveries: [SENT], attempts: [TRIED], removed: ['Q1'] }),
      )
      t.match(await store.queueEntry('Q1'), { deliveries: [SENT] }, 'still told after its removal')
      const next = sampleDelivery({ at: 70_500, queueId: 'Q1', service: 'smtp' })
      await store.saveEvidence(sampleBatch({ deliveries: [next] }))
      t.same(await store.queueEntry('Q1'), { deliveries: [next], attempts: [] })
      t.same(await store.queueEntry('Q1', 2500), { deliveries: [SENT], attempts: [TRIED] })
      t.same(await store.queueEntry('Q1', 3500), { deliveries: [SENT], attempts: [] })
      t.same(await store.queueEntry('Q1', 4000), { deliveries: [next], attempts: [] })
      t.same(await store.queueEntry('Q1', 70_900), { deliveries: [next], attempts: [] })
      t.same(await store.queueEntry('Q1', 71_000), { deliveries: [], attempts: [] })
      // The log is read once more from an earlier position.
      await store.saveEvidence(sampleBatch({ deliveries: [SENT], attempts: [TRIED] }))
      t.same(await store.queueEntry('Q1'), { deliveries: [next], attempts: [] })
    },
  ],
  [
    'one read may bring more lines than a statement takes',
    async (t, open) => {
      const store = await open(t, { deadlineMs: 20_000 })
      const deliveries = Array.from({ length: 1203 }, (_, index) =>
        sampleDelivery({ at: index, queueId: `Q${index % 601}` }),
      )
      const removed = Array.from({ length: 601 }, (_, index) => `Q${index}`)
      const attempts = deliveries.map(({ at, queueId }) => ({ ...TRIED, at, queueId }))
      await store.saveEvidence(sampleBatch({ deliveries, attempts, removed }))
      for (const index of [0, 300, 600]) {
        const { deliveries, attempts } = await store.queueEntry(`Q${index}`)
        const times = index === 0 ? [0, 601, 1202] : [index, index + 601]
        t.same(
          deliveries.map(({ at }) => at),
          times,
        )
        t.same(
          attempts.map(({ at }) => at),
          times,
        )
      }
    },
  ],
  [
    'a deferred line releases the notices of its queue entry, and no other line does',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.addNotice(sampleNotice({ key: 'a', cause: 'Q1' }))
      await store.addNotice(sampleNotice({ key: 'b', cause: 'Q1', recipient: 'carol@x.example' }))
      await store.addNotice(sampleNotice({ key: 'c', cause: 'Q2' }))
      const keys = async () => (await store.dueNotices(10)).map(({ key }) => key)
      t.same(await keys(), [], 'they are held')
      const line = sampleDelivery({ queueId: 'Q1', text: 'try later' })
      await store.saveEvidence(sampleBatch({ deliveries: [{ ...line, status: 'sent' }] }))
      t.same(await keys(), [])
      await store.saveEvidence(sampleBatch({ deliveries: [line] }))
      t.same(await keys(), ['a', 'b'])
    },
  ],
  [
    'a deferred line of split corrects the queue id of the one who waits, and releases the notice',
    async (t, open) => {
      const store = await open(t, { now: () => 9000 })
      const queueIdOf = async (key: string) => (await store.waiting(key))?.queueId
      await store.wait(sampleGuest({ key: 'a', queueId: 'Q1', at: 2500 }))
      await store.wait(sampleGuest({ key: 'b', queueId: 'Q1', recipient: 'carol@x.example' }))
      await store.wait(sampleGuest({ key: 'c', queueId: 'Q1', reference: 'x'.repeat(20) }))
      await store.addNotice(sampleNotice({ key: 'a', cause: 'Q1' }))
      const line = sampleDelivery({ at: 3000, queueId: 'Q2', recipient: 'BOB@x.example' })
      for (const wrong of [
        { ...line, service: 'tls' },
        { ...line, status: 'bounced' },
        { ...line, recipient: 'dave@x.example' },
        { ...line, text: line.text.replace('reference 0', 'reference 00') },
        { ...line, at: 1999 },
      ]) {
        await store.saveEvidence(sampleBatch({ deliveries: [wrong] }))
        t.equal(await queueIdOf('a'), 'Q1')
      }
      t.same(await store.dueNotices(10), [])
      await store.saveEvidence(sampleBatch({ deliveries: [line] }))
      t.equal(await queueIdOf('a'), 'Q2')
      t.equal(await queueIdOf('b'), 'Q1')
      t.equal(await queueIdOf('c'), 'Q1')
      t.match(await store.dueNotices(10), [{ key: 'a' }])
      await store.saveEvidence(
        sampleBatch({ deliveries: [{ ...line, at: 4000, queueId: 'Q3' }], removed: ['Q2'] }),
      )
      t.equal(await queueIdOf('a'), 'Q3', 'an entry that is gone is not that of the row any more')
    },
  ],
  [
    'who waits in a queue entry that is gone waits no more, and no notice is held for that',
    async (t, open) => {
      const store = await open(t, { now: () => 5000 })
      await store.wait(sampleGuest({ key: 'a', queueId: 'Q1' }))
      await store.wait(sampleGuest({ key: 'b', queueId: 'Q2' }))
      await store.addNotice(sampleNotice({ key: 'a', cause: 'Q1' }))
      await store.addNotice(sampleNotice({ key: 'b', cause: 'Q2' }))
      await store.saveEvidence(sampleBatch({ removed: ['Q1', 'Q9'] }))
      t.equal(await store.waiting('a'), undefined)
      t.match(await store.waiting('b'), { key: 'b' })
      const lines = ['Q1', 'Q2'].map(queueId => sampleDelivery({ queueId, text: 'later' }))
      await store.saveEvidence(sampleBatch({ deliveries: lines }))
      t.match(await store.dueNotices(10), [{ key: 'b' }])
    },
  ],
]
