import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { StoreCase } from './store-cases.js'
import { all, sampleRecord, sampleTransit } from './store-records.js'

/** What every store does for the passes of a message, for pauses and for what domains offer. */
export const LANE_CASES: readonly StoreCase[] = [
  [
    'what a pass leaves is found under its own reference and no other',
    async (t, open) => {
      const store = await open(t)
      const transit = sampleTransit({ reference: 'first-1', root: 'first-1', pinned: 'qtls' })
      await store.record(sampleRecord({ reference: 'first-1', transit }))
      await store.record(sampleRecord({ reference: 'last-1', root: 'first-1' }))
      t.same(await store.transit('first-1'), transit)
      t.equal(await store.transit('last-1'), undefined, 'a pass that leaves nothing')
      t.equal(await store.transit('first'), undefined)
      t.equal(await store.transit(''), undefined)
    },
  ],
  [
    'every pass of a message is told from any of them, oldest first, and none of another message',
    async (t, open) => {
      const store = await open(t)
      const later = { root: 'r1', customer: 'clinic' }
      const passes = [
        sampleRecord({ customer: 'clinic', reference: 'r1', at: 10 }),
        sampleRecord({ ...later, reference: 'r2', at: 20, pass: 're-split' }),
        sampleRecord({ ...later, reference: 'r3', at: 30, pass: 're-tls', reply: '550' }),
      ]
      const others = [
        sampleRecord({ customer: 'clinic', reference: 'r4', at: 15 }),
        sampleRecord({ customer: 'lawyer', reference: 'r5', at: 15, root: 'r1' }),
      ]
      await Promise.all([...passes, ...others].toReversed().map(record => store.record(record)))
      for (const { reference } of passes) {
        const found = await store.passesOf(reference)
        t.same(
          found.map(record => record.reference),
          ['r1', 'r2', 'r3'],
          reference,
        )
      }
      t.match(await store.passesOf('r3'), passes)
      t.match(await store.passesOf('r4'), [{ reference: 'r4' }])
      t.same(await store.passesOf('r9'), [])
    },
  ],
  [
    'passes are told also when the first of them is not on record any more',
    async (t, open) => {
      const store = await open(t)
      await store.record(sampleRecord({ reference: 'r2', root: 'r1', pass: 're-split' }))
      t.match(await store.passesOf('r2'), [{ reference: 'r2', root: 'r1' }])
      t.same(await store.passesOf('r1'), [], 'no customer can be told from a root alone')
    },
  ],
  [
    'host names and DANE of a domain come back wherever its level does, until it is set anew',
    async (t, open) => {
      const store = await open(t)
      const change = {
        customer: 'clinic',
        domain: 'a.example',
        by: 'ann',
        reason: 'asked',
      } as const
      const before = await store.levelsRevision()
      const match = ['MX1.a.example', 'bücher.example.', 'mx1.a.example']
      await store.setLevel({ ...change, level: 'qualified', match, dane: true })
      t.equal(await store.levelsRevision(), before + 1)
      const want = { match: ['mx1.a.example', 'xn--bcher-kva.example'], dane: true }
      t.match((await store.levels('clinic', ['a.example'])).get('a.example'), want)
      t.match(await all(store.listLevels('clinic')), [want])
      t.match(await store.levelHistory('clinic', 'a.example'), [want])
      await store.setLevel({ ...change, level: 'qualified' })
      const plain = { match: [], dane: false }
      t.same((await store.levels('clinic', ['a.example'])).get('a.example'), {
        domain: 'a.example',
        level: 'qualified',
        until: undefined,
        ...plain,
      })
      t.match(await store.levelHistory('clinic', 'a.example'), [plain, want])
    },
  ],
  [
    'what is no host name is refused, and nothing is set',
    async (t, open) => {
      const store = await open(t)
      const change = {
        customer: 'c',
        domain: 'a.example',
        level: 'none',
        by: 'x',
        reason: 'y',
      } as const
      const wrong = [
        '',
        'mx',
        '.a.example',
        '192.0.2.1',
        '[192.0.2.1]',
        '::1',
        'a b.example',
        '_25._tcp.mx.a.example',
      ]
      for (const host of wrong) {
        await t.rejects(
          store.setLevel({ ...change, match: ['mx.a.example', host] }),
          { code: 'ERR_STORE_INPUT', message: /not a host name/ },
          host,
        )
      }
      const many = Array.from({ length: 101 }, (_, index) => `mx${index}.a.example`)
      await t.rejects(store.setLevel({ ...change, match: many }), { message: /more than 100/ })
      t.same(await all(store.listLevels(ALL_CUSTOMERS)), [])
    },
  ],
  [
    'mail is stopped and goes on by a person who says why, and both are on record',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      t.equal(await store.paused(), false)
      await store.setPaused(true, 'ann', 'a leak')
      t.equal(await store.paused(), true)
      now = 2000
      await store.setPaused(false, 'ben', 'it is mended')
      t.equal(await store.paused(), false)
      t.same(await store.listAudit(ALL_CUSTOMERS), [
        {
          at: 2000,
          customer: '*',
          actor: 'ben',
          act: 'mail-resume',
          object: 'outgoing mail',
          detail: 'it is mended',
        },
        {
          at: 1000,
          customer: '*',
          actor: 'ann',
          act: 'mail-pause',
          object: 'outgoing mail',
          detail: 'a leak',
        },
      ])
      for (const [by, reason] of [
        ['', 'why'],
        ['ann', ' '],
        ['ann', 'r'.repeat(1001)],
      ] as const) {
        await t.rejects(store.setPaused(true, by, reason), { code: 'ERR_STORE_INPUT' })
      }
      t.equal(await store.paused(), false)
    },
  ],
  [
    'the key of references is made once',
    async (t, open) => {
      const store = await open(t)
      const [one, two] = await Promise.all([store.referenceKey(), store.referenceKey()])
      t.equal(one.length, 32)
      t.same(two, one)
      t.same(await store.referenceKey(), one)
    },
  ],
  [
    'a probe is asked for by domain, as often as one likes',
    async (t, open) => {
      const store = await open(t)
      await t.resolves(store.requestProbe('a.example', 'the lane qtls: no \0 TLS'))
      await t.resolves(store.requestProbe('A.Example.', 'again'))
      await t.rejects(store.requestProbe('a b', 'x'), { code: 'ERR_STORE_INPUT' })
    },
  ],
]
