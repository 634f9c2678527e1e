import fc from 'fast-check'
import { PASSES } from '../../src/policy/lanes.js'
import {
  ACTIONS,
  COVERAGES,
  LEVELS,
  RISK_CLASSES,
  SYSTEMS,
  VERDICTS,
} from '../../src/policy/model.js'
import type { PurgeStep } from '../../src/store/operations/purge.js'
import type { MessageRecord } from '../../src/store/store.js'
import type { Transit } from '../../src/store/transit.js'

/** A step of a purge for which nothing is old enough. */
export const PURGE_NOTHING: PurgeStep = {
  messagesBefore: 0,
  transitBefore: 0,
  evidenceBefore: 0,
  passwordsBefore: 0,
  notesBefore: 0,
  limit: 100,
}

let count = 0

/** A record with a reference of its own; `changes` go over it. */
export function sampleRecord(changes: Partial<MessageRecord> = {}): MessageRecord {
  count += 1
  return {
    reference: `sample-${count}`,
    customer: 'default',
    at: 1_790_000_000_000 + count,
    queueId: `4Zq${count}`,
    messageId: `<${count}@client.example.org>`,
    sender: 'alice@example.org',
    authUser: 'alice',
    clientAddress: '192.0.2.44',
    sizeBytes: 4096,
    mode: 'enforce',
    reply: '250',
    tookMs: 1.25,
    decision: {
      class: 'high',
      labels: [
        {
          plugin: 'classify/a',
          id: 'a',
          class: 'high',
          part: '1.2',
          count: 3,
          why: 'Seen thrice.',
        },
        { plugin: 'classify/b', id: 'b', class: 'normal', why: 'Seen.' },
      ],
      content: {
        verdict: 'partial',
        system: 'zip',
        coverage: 'attachments',
        strength: 'weak',
        parts: [{ path: '1.2', system: 'zip', verdict: 'weak', why: 'ZipCrypto.' }],
        why: 'The body can be read.',
      },
      recipients: [
        {
          address: 'bob@example.net',
          domain: 'example.net',
          level: 'qualified',
          action: 'deliver',
          lane: 'qtls',
          row: 'high.2',
          why: 'The domain is qualified.',
        },
        {
          address: 'carol@example.com',
          domain: 'example.com',
          level: 'none',
          action: 'reject',
          lane: null,
          row: 'high.3',
          why: 'Nothing is good enough.',
        },
      ],
    },
    pass: 'first',
    root: undefined,
    transit: undefined,
    ...changes,
  }
}

/** 8-bit text, emoji and long runs, but no NUL and no half surrogate pairs. */
export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', '')),
  fc.string({ unit: 'binary' }).map(text => text.replaceAll(/[\0\ud800-\udfff]/gu, '')),
  fc.constantFrom(
    '',
    ' ',
    '\r\n',
    "'; drop table message; --",
    '\u{1f512}\u{1f4e7}',
    '\u00ff\u0080',
  ),
  fc.constantFrom('x', 'ß', '\u{1f600}').map(unit => unit.repeat(65_536 / Buffer.byteLength(unit))),
)

const optional = fc.option(anyText, { nil: undefined })

/** Facts that a pass leaves; `changes` go over them. */
export function sampleTransit(changes: Partial<Transit> = {}): Transit {
  return {
    reference: 'sample',
    root: 'sample',
    parent: undefined,
    pass: 'first',
    customer: 'default',
    queueId: '4Zq1',
    firstAt: 1_790_000_000_000,
    sender: 'alice@example.org',
    recipient: undefined,
    bodyHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    floor: 'high',
    authUser: 'alice',
    clientCert: undefined,
    clientAddress: '192.0.2.44',
    pinned: undefined,
    tried: [],
    signatures: 0,
    released: false,
    stated: undefined,
    sealed: undefined,
    ...changes,
  }
}

const anyTransit: fc.Arbitrary<Transit> = fc
  .record({
    parent: optional,
    pass: fc.constantFrom(...PASSES),
    customer: fc.constantFrom('default', 'clinic', 'Kanzlei Müller'),
    queueId: optional,
    firstAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    // Kept as JSON, so that even what no database takes comes back as it was.
    sender: fc.oneof(anyText, fc.constant('a\0\ud800b')),
    recipient: optional,
    bodyHash: anyText,
    floor: fc.constantFrom(...RISK_CLASSES),
    authUser: optional,
    clientCert: optional,
    clientAddress: optional,
    pinned: optional,
    tried: fc.array(anyText, { maxLength: 3 }),
    signatures: fc.nat(),
    released: fc.boolean(),
  })
  .map(transit => sampleTransit(transit))

/** Any record that the other rooms could make, with a new reference each time. */
export const anyRecord: fc.Arbitrary<MessageRecord> = fc
  .record({
    pass: fc.constantFrom(...PASSES),
    root: fc.option(fc.constantFrom('root-1', 'root-2'), { nil: undefined }),
    transit: fc.option(anyTransit, { nil: undefined }),
    customer: fc.constantFrom('default', 'clinic', 'Kanzlei Müller'),
    at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    queueId: optional,
    messageId: optional,
    sender: anyText,
    authUser: optional,
    clientAddress: optional,
    sizeBytes: fc.integer({ min: 0, max: 2 ** 40 }),
    mode: fc.constantFrom('enforce' as const, 'observe' as const),
    reply: anyText,
    tookMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    decision: fc.record({
      class: fc.constantFrom(...RISK_CLASSES),
      labels: fc.array(
        fc.record(
          {
            plugin: anyText,
            id: anyText,
            class: fc.constantFrom(...RISK_CLASSES),
            part: anyText,
            count: fc.nat(),
            why: anyText,
          },
          { requiredKeys: ['plugin', 'id', 'class', 'why'], noNullPrototype: true },
        ),
        { maxLength: 4 },
      ),
      content: fc.record({
        verdict: fc.constantFrom(...VERDICTS),
        system: fc.constantFrom(null, ...SYSTEMS),
        coverage: fc.constantFrom(...COVERAGES),
        strength: fc.constantFrom('strong' as const, 'weak' as const, 'none' as const),
        parts: fc.array(
          fc.record({
            path: anyText,
            system: fc.constantFrom(...SYSTEMS),
            verdict: fc.constantFrom(...VERDICTS),
            why: anyText,
          }),
          { maxLength: 3 },
        ),
        why: anyText,
      }),
      recipients: fc.array(
        fc.record({
          address: anyText,
          domain: anyText,
          level: fc.constantFrom(...LEVELS),
          action: fc.constantFrom(...ACTIONS),
          lane: fc.option(anyText),
          row: anyText,
          why: anyText,
        }),
        { maxLength: 4 },
      ),
    }),
  })
  .map(parts => {
    const record = sampleRecord(parts)
    const { reference, transit, root = reference } = record
    return transit === undefined ? record : { ...record, transit: { ...transit, reference, root } }
  })

/** Collects a stream. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
