import type { Test } from 'tap'
import fc from 'fast-check'
import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { DatabaseStore } from '../../src/store/database-store.js'
import type { OpenStoreOptions } from '../../src/store/open-store.js'
import { DOMAIN_CASES } from './store-domain-cases.js'
import { EVIDENCE_CASES } from './store-evidence-cases.js'
import { LANE_CASES } from './store-lane-cases.js'
import { OUTBOX_CASES } from './store-outbox-cases.js'
import { KEY_CASES } from './store-key-cases.js'
import { PLUGIN_CASES } from './store-plugin-cases.js'
import { all, anyRecord, sampleRecord } from './store-records.js'
import { QUESTION_CASES } from './store-question-cases.js'
import { RETENTION_CASES } from './store-retention-cases.js'
import { SCHEDULE_CASES } from './store-schedule-cases.js'
import { SEALING_CASES } from './store-sealing-cases.js'
import { WAITING_CASES } from './store-waiting-cases.js'
import { WAKING_CASES } from './store-waking-cases.js'

/** Opens a store on a fresh database and closes it with the test. */
export type OpenFresh = (t: Test, options?: Partial<OpenStoreOptions>) => Promise<DatabaseStore>

export type StoreCase = readonly [name: string, run: (t: Test, open: OpenFresh) => Promise<void>]

/** What every store does with records, levels and customers. */
const RECORD_CASES: readonly StoreCase[] = [
  [
    'whatever is recorded comes back',
    async (t, open) => {
      const store = await open(t)
      let seen = 0
      await fc.assert(
        fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), async records => {
          await Promise.all(records.map(record => store.record(record)))
          for (const record of records) {
            t.same(await store.findMessages(record.customer, record.reference), [record])
            seen += 1
          }
        }),
        { numRuns: 25 },
      )
      t.ok(seen >= 25)
    },
  ],
  [
    'texts that a database cannot hold are kept with a replacement sign',
    async (t, open) => {
      const store = await open(t)
      const record = sampleRecord({ sender: 'a\0b', authUser: 'x\ud800y', reply: '\u{1f512}' })
      await store.record(record)
      const [found] = await store.findMessages('default', record.reference)
      t.equal(found?.sender, 'a\ufffdb')
      t.equal(found?.authUser, 'x\ufffdy')
      t.equal(found?.reply, '\u{1f512}')
    },
  ],
  [
    'a reference that is taken is refused, and the rest of its batch is kept',
    async (t, open) => {
      const store = await open(t)
      const taken = sampleRecord()
      await store.record(taken)
      const others = [sampleRecord(), sampleRecord()] as const
      const results = await Promise.allSettled(
        [others[0], taken, others[1]].map(record => store.record(record)),
      )
      t.same(
        results.map(result => result.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      t.match(results[1], { reason: { code: 'ERR_STORE_REFUSED', temporary: true } })
      t.same(await store.findMessages('default', others[1].reference), [others[1]])
    },
  ],
  [
    'no record belongs to the name that stands for all customers',
    async (t, open) => {
      const store = await open(t)
      await t.rejects(store.record(sampleRecord({ customer: '*' })), { code: 'ERR_STORE_REFUSED' })
    },
  ],
  [
    'a message is found by queue id and by Message-ID with or without brackets, newest first',
    async (t, open) => {
      const store = await open(t)
      const first = sampleRecord({ messageId: '<m@example.org>', queueId: 'Q1' })
      const second = sampleRecord({ messageId: '<m@example.org>', queueId: 'Q2' })
      await store.record(first)
      await store.record(second)
      const references = async (id: string) =>
        (await store.findMessages(ALL_CUSTOMERS, id)).map(record => record.reference)
      t.same(await references('Q1'), [first.reference])
      t.same(await references('<m@example.org>'), [second.reference, first.reference])
      t.same(await references('m@example.org'), [second.reference, first.reference])
      t.same(await references(`${'m'.repeat(70_000)}@example.org`), [])
      t.same(await references(''), [])
    },
  ],
  [
    'nobody finds what belongs to another customer',
    async (t, open) => {
      const store = await open(t)
      const mine = sampleRecord({ customer: 'clinic', messageId: '<same@x>', queueId: 'SAME' })
      const yours = sampleRecord({ customer: 'lawyer', messageId: '<same@x>', queueId: 'SAME' })
      await store.record(mine)
      await store.record(yours)
      const change = { domain: 'example.net', by: 'root', reason: 'test' } as const
      await store.setLevel({ ...change, customer: 'clinic', level: 'qualified' })
      await store.setLevel({ ...change, customer: 'lawyer', level: 'none' })
      const span = { from: 0, to: Number.MAX_SAFE_INTEGER }
      for (const [customer, record, level] of [
        ['clinic', mine, 'qualified'],
        ['lawyer', yours, 'none'],
      ] as const) {
        for (const id of ['SAME', '<same@x>', record.reference]) {
          t.same(await store.findMessages(customer, id), [record])
        }
        t.same(await all(store.decisions({ ...span, customer })), [record])
        t.match(await all(store.listLevels(customer)), [{ customer, level }])
        t.match(await store.levelHistory(customer, 'example.net'), [{ customer, level }])
        t.equal((await store.levels(customer, ['example.net'])).get('example.net')?.level, level)
        t.ok((await store.listAudit(customer)).every(entry => entry.customer === customer))
      }
      t.same(await store.findMessages('clinic', yours.reference), [])
      t.same(await store.findMessages('nobody', 'SAME'), [])
      t.equal((await store.levels('nobody', ['example.net'])).size, 0)
      t.equal((await all(store.decisions({ ...span, customer: ALL_CUSTOMERS }))).length, 2)
    },
  ],
  [
    'decisions come page by page, in order, none twice, with the end of the span left out',
    async (t, open) => {
      const store = await open(t)
      const records = Array.from({ length: 450 }, (_, index) =>
        sampleRecord({ at: 1000 + Math.floor(index / 300) }),
      )
      await Promise.all(records.map(record => store.record(record)))
      await store.record(sampleRecord({ at: 1002 }))
      const found = await all(store.decisions({ customer: 'default', from: 1000, to: 1002 }))
      t.same(
        found.map(record => record.reference),
        records.map(record => record.reference),
      )
      t.same(await all(store.decisions({ customer: 'default', from: 1003, to: 2000 })), [])
    },
  ],
  [
    'a level holds for its domain in any spelling, and for no domain below it',
    async (t, open) => {
      const store = await open(t)
      const change = { customer: ALL_CUSTOMERS, by: 'root', reason: 'test' }
      await store.setLevel({ ...change, domain: 'Bücher.Example.', level: 'qualified', until: 5 })
      const asked = ['bücher.example', 'XN--BCHER-KVA.EXAMPLE', 'mail.bücher.example', 'a..b', '']
      const levels = await store.levels('clinic', asked)
      t.same([...levels.keys()], ['bücher.example', 'XN--BCHER-KVA.EXAMPLE'])
      t.same(levels.get('bücher.example'), {
        domain: 'xn--bcher-kva.example',
        level: 'qualified',
        until: 5,
        match: [],
        dane: false,
      })
    },
  ],
  [
    "a customer's own level goes before that of all, also after changes",
    async (t, open) => {
      const store = await open(t)
      const change = { domain: 'example.net', by: 'root', reason: 'test' } as const
      const level = async () => (await store.levels('clinic', ['example.net'])).get('example.net')
      t.equal(await level(), undefined)
      await store.setLevel({ ...change, customer: ALL_CUSTOMERS, level: 'none' })
      t.equal((await level())?.level, 'none')
      await store.setLevel({ ...change, customer: 'clinic', level: 'mandatory' })
      t.equal((await level())?.level, 'mandatory')
      await store.setLevel({ ...change, customer: ALL_CUSTOMERS, level: 'qualified' })
      t.equal((await level())?.level, 'mandatory')
    },
  ],
  [
    'the history says who changed a level, when and why; the audit notes the act',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      const change = { customer: 'clinic', domain: 'example.net', by: 'ann', reason: 'first' }
      await store.setLevel({ ...change, level: 'none' })
      now = 2000
      await store.setLevel({ ...change, level: 'qualified', by: 'ben', reason: 'second', until: 9 })
      t.same(await store.levelHistory('clinic', 'EXAMPLE.net'), [
        {
          customer: 'clinic',
          domain: 'example.net',
          level: 'qualified',
          until: 9,
          match: [],
          dane: false,
          changedAt: 2000,
          changedBy: 'ben',
          reason: 'second',
        },
        {
          customer: 'clinic',
          domain: 'example.net',
          level: 'none',
          until: undefined,
          match: [],
          dane: false,
          changedAt: 1000,
          changedBy: 'ann',
          reason: 'first',
        },
      ])
      t.equal((await all(store.listLevels(ALL_CUSTOMERS))).length, 1)
      t.match(await store.listAudit(ALL_CUSTOMERS), [
        { at: 2000, actor: 'ben', act: 'level-set', object: 'example.net', detail: 'qualified' },
        { at: 1000, actor: 'ann', act: 'level-set' },
      ])
    },
  ],
  [
    'an import sets the good lines and says what is wrong with the others',
    async (t, open) => {
      const store = await open(t)
      const lines = ['a.example,qualified', 'b.example,best', '# comment', 'c.example\tnone']
      const options = { customer: 'clinic', by: 'root', reason: 'list of partners' }
      const results = await all(store.importLevels(lines, options))
      t.match(results, [
        { line: 1, domain: 'a.example', level: 'qualified' },
        { line: 2, error: /not a level: "best"/ },
        { line: 4, domain: 'c.example', level: 'none' },
      ])
      t.same(
        (await all(store.listLevels('clinic'))).map(entry => entry.domain),
        ['a.example', 'c.example'],
      )
    },
  ],
  [
    'a purge deletes what is older than the retention, lists and notes included, and no more',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now, retentionMs: 5000, notesRetentionMs: 8000 })
      const change = { customer: 'clinic', domain: 'example.net', by: 'ann', reason: 'r' }
      await store.setLevel({ ...change, level: 'none' })
      await store.setLevel({ ...change, level: 'qualified' })
      const old = Array.from({ length: 250 }, () => sampleRecord({ at: 1000 }))
      await Promise.all(old.map(record => store.record(record)))
      const young = sampleRecord({ at: 9000 })
      await store.record(young)
      t.same(await store.purge(), { messages: 0, notes: 0, evidence: 0, waits: 0 })
      now = 10_000
      t.same(await store.purge(), { messages: 250, notes: 3, evidence: 0, waits: 0 })
      const span = { customer: ALL_CUSTOMERS, from: 0, to: 20_000 }
      t.same(await all(store.decisions(span)), [young])
      t.match(await store.levelHistory('clinic', 'example.net'), [{ level: 'qualified' }])
      t.equal((await all(store.listLevels('clinic'))).length, 1)
      t.match(await store.listAudit(ALL_CUSTOMERS), [
        { act: 'purge', detail: '250 messages, 3 notes, 0 queue entries, 0 waits' },
      ])
    },
  ],
  [
    'a purge ends when it is told to',
    async (t, open) => {
      const store = await open(t, { now: () => 1_000_000, retentionMs: 1 })
      const old = Array.from({ length: 450 }, () => sampleRecord({ at: 1 }))
      await Promise.all(old.map(record => store.record(record)))
      t.match(await store.purge({ signal: AbortSignal.abort() }), { messages: 200 })
    },
  ],
  [
    'customers of the settings replace the domains known before',
    async (t, open) => {
      const store = await open(t)
      await store.syncCustomers([{ name: 'clinic', domains: ['A.example', 'a.example'] }])
      t.same(await store.listCustomers(), [{ name: 'clinic', domains: ['a.example'] }])
      await store.syncCustomers([
        { name: 'lawyer', domains: ['a.example'] },
        { name: 'clinic', domains: [] },
      ])
      t.same(await store.listCustomers(), [
        { name: 'clinic', domains: [] },
        { name: 'lawyer', domains: ['a.example'] },
      ])
      await t.rejects(store.syncCustomers([{ name: 'x', domains: ['not a domain'] }]), {
        code: 'ERR_STORE_INPUT',
      })
    },
  ],
  [
    'wrong values are refused before they reach the database',
    async (t, open) => {
      const store = await open(t)
      const change = { customer: 'c', domain: 'a.example', level: 'none', by: 'x', reason: 'y' }
      const wrong = [
        { domain: 'a b' },
        { level: 'internal' },
        { by: ' ' },
        { reason: '' },
        { until: Number.NaN },
        { reason: 'r'.repeat(1001) },
      ]
      for (const part of wrong) {
        const whole = { ...change, ...part } as Parameters<typeof store.setLevel>[0]
        await t.rejects(store.setLevel(whole), { code: 'ERR_STORE_INPUT', exit: 65 })
      }
      t.same(await all(store.listLevels(ALL_CUSTOMERS)), [])
    },
  ],
]

/** What every store does, whatever database is behind it. */
export const STORE_CASES: readonly StoreCase[] = [
  ...RECORD_CASES,
  ...LANE_CASES,
  ...WAITING_CASES,
  ...WAKING_CASES,
  ...EVIDENCE_CASES,
  ...OUTBOX_CASES,
  ...KEY_CASES,
  ...PLUGIN_CASES,
  ...SEALING_CASES,
  ...QUESTION_CASES,
  ...RETENTION_CASES,
  ...DOMAIN_CASES,
  ...SCHEDULE_CASES,
]
