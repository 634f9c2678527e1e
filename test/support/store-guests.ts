import type { Delivery, EvidenceBatch } from '../../src/store/evidence.js'
import type { NewNotice } from '../../src/store/outbox.js'
import type { WaitingEntry } from '../../src/store/transit.js'

/** Somebody of the customer `clinic` who waits for a domain; `changes` go over it. */
export function sampleGuest(changes: Partial<WaitingEntry> = {}): WaitingEntry {
  return {
    key: 'key',
    customer: 'clinic',
    reference: '0123456789abcdefghij',
    sender: 'alice@clinic.example',
    recipient: 'bob@x.example',
    domain: 'x.example',
    why: 'wait',
    queueId: '4Zq1',
    since: 1000,
    until: 1_000_000,
    at: 1000,
    ...changes,
  }
}

/** A notice that waits for the line of its cause; `changes` go over it. */
export function sampleNotice(changes: Partial<NewNotice> = {}): NewNotice {
  return {
    kind: 'waiting',
    key: 'key',
    customer: 'clinic',
    to: 'alice@clinic.example',
    recipient: 'bob@x.example',
    reference: '0123456789abcdefghij',
    why: 'The domain has still to be tested.',
    messageId: 'waiting.key',
    createdAt: 1000,
    notBefore: 1000,
    cause: '4Zq1',
    ...changes,
  }
}

/** A line of the log about a message that waits at split; `changes` go over it. */
export function sampleDelivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    at: 1000,
    queueId: '4Zq1',
    service: 'split',
    recipient: 'bob@x.example',
    relay: '127.0.0.1[127.0.0.1]:10026',
    status: 'deferred',
    dsn: '4.7.1',
    text: 'host 127.0.0.1[127.0.0.1] said: 451 4.7.1 Waiting for mail protection, reference 0123456789abcdefghij (4ZqX) (in reply to end of DATA command)',
    tls: undefined,
    ...changes,
  }
}

let position = 0

/** One read of the log; `changes` go over it. */
export function sampleBatch(changes: Partial<EvidenceBatch> = {}): EvidenceBatch {
  position += 1
  return {
    deliveries: [],
    attempts: [],
    removed: [],
    position: { source: 'file:/var/log/mail.log', position: `1:2:${position}` },
    ...changes,
  }
}
