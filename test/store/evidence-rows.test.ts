import t from 'tap'
import { attemptDigest, deliveryDigest } from '../../src/store/evidence-rows.js'
import type { Delivery } from '../../src/store/evidence.js'
import { sampleDelivery } from '../support/store-guests.js'

const LINE = sampleDelivery()

const OTHERS: readonly Partial<Delivery>[] = [
  { at: 1001 },
  { queueId: '4Zq2' },
  { service: 'splits' },
  { recipient: 'bob@x.exampl' },
  { relay: 'none' },
  { status: 'sent' },
  { dsn: '4.7.0' },
  { text: '' },
  { service: 'spli', recipient: 'tbob@x.example' },
]

void t.test('a line has the same digest each time, and every other line another', async t => {
  const digest = deliveryDigest(LINE)
  t.match(digest, /^[\w-]{22}$/)
  t.equal(deliveryDigest({ ...LINE }), digest)
  const tls = { trust: 'Verified', protocol: 'TLSv1.3', cipher: 'x', details: '' } as const
  t.equal(deliveryDigest({ ...LINE, tls }), digest, 'its TLS line may have been read before')
  const digests = new Set([digest, ...OTHERS.map(part => deliveryDigest({ ...LINE, ...part }))])
  t.equal(digests.size, 1 + OTHERS.length)
  t.not(attemptDigest(LINE), digest)
})
