import type { Test } from 'tap'
import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { DomainStore, DueKind, ProbeQuota } from '../../src/store/verdicts.js'
import type { OpenFresh, StoreCase } from './store-cases.js'
import { sampleGuest } from './store-guests.js'
import { sampleRecord } from './store-records.js'
import { sampleFailure, sampleVerdict } from './store-verdict-samples.js'

const HOUR = 3_600_000

async function taken(
  domains: DomainStore,
  kind: DueKind,
  { owner = 'one', limit = 10 } = {},
): Promise<readonly string[]> {
  const due = await domains.takeDue({ kind, owner, limit, leaseMs: 1000 })
  return due.map(({ domain }) => domain)
}

async function withRequests(t: Test, open: OpenFresh, now: () => number) {
  const store = await open(t, { now })
  const request = (domain: string, quota?: ProbeQuota): Promise<void> =>
    store.requestProbe(domain, 'a message waits', quota)
  return { domains: store.domains, request }
}

/** How every store shares out what is to be looked at. */
export const SCHEDULE_CASES: readonly StoreCase[] = [
  [
    'what is asked for is taken once, in turn, until its lease runs out',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      await store.requestProbe('b.example', 'a message waits')
      now = 2001
      await store.requestProbe('a.example', 'a message waits')
      await store.requestProbe('b.example', 'another one')
      t.same(await domains.countDue(), { asked: 2, due: 2 })
      t.same(await domains.takeDue({ kind: 'asked', owner: 'one', limit: 1, leaseMs: 1000 }), [
        { domain: 'b.example', tries: 0, why: 'a message waits' },
      ])
      t.same(await taken(domains, 'asked', { owner: 'two' }), ['a.example'])
      t.same(await taken(domains, 'asked'), [])
      t.same(await taken(domains, 'due'), [], 'a lease is a lease for both')
      now = 3001
      t.same(await taken(domains, 'asked', { owner: 'two' }), ['b.example', 'a.example'])
    },
  ],
  [
    'a domain that is given back is there for the next who asks',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      await store.requestProbe('a.example', 'a message waits')
      t.same(await taken(store.domains, 'asked'), ['a.example'])
      await store.domains.giveBack('two', ['a.example'])
      t.same(await taken(store.domains, 'asked'), [], 'not by somebody who does not have it')
      await store.domains.giveBack('one', ['a.example'])
      t.same(await taken(store.domains, 'asked'), ['a.example'])
    },
  ],
  [
    'a verdict ends the wish and the lease, and the domain is due again at its time',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      await store.requestProbe('a.example', 'a message waits')
      await taken(domains, 'asked')
      await domains.saveVerdict(sampleVerdict())
      t.same(await domains.countDue(), { asked: 0, due: 0 })
      now = 50_000
      t.same(await taken(domains, 'due'), ['a.example'])
      const failure = sampleFailure('dns_timeout', { probedAt: 49_000, dueAt: 50_000 })
      await domains.saveVerdict(failure)
      await domains.saveVerdict(failure)
      t.match(await domains.takeDue({ kind: 'due', owner: 'one', limit: 5, leaseMs: 1 }), [
        { domain: 'a.example', tries: 2, why: undefined },
      ])
      await domains.saveVerdict(sampleVerdict({}, { probedAt: 50_000, dueAt: 50_000 }))
      t.match(await domains.takeDue({ kind: 'due', owner: 'one', limit: 5, leaseMs: 1 }), [
        { tries: 0 },
      ])
    },
  ],
  [
    'a domain that was just looked at rests before it is looked at for the next message',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      await store.domains.saveVerdict(sampleVerdict())
      await store.requestProbe('a.example', 'came back from the lane')
      t.same(await taken(store.domains, 'asked'), [])
      now = 61_000
      t.same(await taken(store.domains, 'asked'), ['a.example'])
    },
  ],
  [
    'whoever asks for too many domains gets the rest later, and nobody else has to wait for it',
    async (t, open) => {
      let now = 10 * HOUR + 5
      const store = await open(t, { now: () => now })
      const quota = { asker: 'mallory', perHour: 2 }
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await store.requestProbe(`${name}.example`, 'waits', quota)
        await store.requestProbe(`${name}.example`, 'waits', quota)
      }
      await store.requestProbe('f.example', 'waits', { asker: 'alice', perHour: 2 })
      t.same(await taken(store.domains, 'asked'), ['a.example', 'b.example', 'f.example'])
      now = 11 * HOUR
      t.match(await taken(store.domains, 'asked', { owner: 'two' }), [
        'a.example',
        'b.example',
        'f.example',
        'c.example',
        'd.example',
      ])
      now = 12 * HOUR
      t.ok((await taken(store.domains, 'asked')).includes('e.example'))
    },
  ],
  [
    'whoever asks for too many domains does not get them as those that are due, either',
    async (t, open) => {
      let now = 10 * HOUR + 5
      const { domains, request } = await withRequests(t, open, () => now)
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        await request(`${name}.example`, { asker: 'mallory', perHour: 2 })
      t.same(await domains.countDue(), { asked: 2, due: 2 })
      t.same(await taken(domains, 'due', { owner: 'two' }), ['a.example', 'b.example'])
      t.same(await taken(domains, 'asked'), [])
      now = 11 * HOUR
      t.same(await domains.countDue(), { asked: 4, due: 4 })
      const four = ['a.example', 'b.example', 'c.example', 'd.example']
      t.same(await taken(domains, 'due'), four)
      now = 12 * HOUR
      t.same(await taken(domains, 'due'), [...four, 'e.example'])
    },
  ],
  [
    'a domain that one sender has to wait for comes at once for another, and counts for that one',
    async (t, open) => {
      const { domains, request } = await withRequests(t, open, () => 10 * HOUR)
      const mallory = { asker: 'mallory', perHour: 1 }
      const alice = { asker: 'alice', perHour: 2 }
      for (const name of ['a', 'b', 'c', 'd']) await request(`${name}.example`, mallory)
      t.same(await taken(domains, 'asked'), ['a.example'])
      for (const name of ['a', 'b', 'b', 'c', 'd']) await request(`${name}.example`, alice)
      t.same(await taken(domains, 'asked'), ['b.example', 'c.example'], 'two, each counted once')
      await request('d.example')
      t.same(await taken(domains, 'asked'), ['d.example'], 'nobody who is held to a number')
    },
  ],
  [
    'domains that a person names are taken whether due or not, but from nobody who has them',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      await domains.saveVerdict(sampleVerdict())
      await store.requestProbe('b.example', 'a message waits')
      await taken(domains, 'asked', { owner: 'daemon' })
      const named = ['c.example', 'A.example', 'b.example', 'c.example']
      const take = { owner: 'command', leaseMs: 1000, domains: named }
      t.match(
        (await domains.takeNamed(take)).map(({ domain }) => domain),
        ['a.example', 'c.example'],
      )
      now = 3000
      t.equal((await domains.takeNamed(take)).length, 3)
      await t.rejects(async () => domains.takeNamed({ ...take, domains: ['a b'] }), {
        code: 'ERR_STORE_INPUT',
      })
    },
  ],
  [
    'the domains of new records are learnt, inside ones left out',
    async (t, open) => {
      let now = 100 * 24 * HOUR
      const store = await open(t, { now: () => now })
      const record = sampleRecord({ at: now - 5 })
      const [first] = record.decision.recipients
      if (first === undefined) throw new Error('a sample without recipients')
      const to = (domain: string, level = first.level) => ({
        ...first,
        domain,
        level,
        address: `x@${domain}`,
      })
      const recipients = [
        to('a.example', 'undetermined'),
        to('A.example', 'undetermined'),
        to('in.example', 'internal'),
        to('not a domain', 'undetermined'),
        to('[192.0.2.1]', 'undetermined'),
      ]
      await store.record({ ...record, decision: { ...record.decision, recipients } })
      for (let day = 0; day <= 90; day += 1) await store.domains.learnDomains()
      t.same(await taken(store.domains, 'due'), ['a.example'])
      t.equal(await store.domains.learnDomains(), 0)
      now += 5
      const next = sampleRecord({ at: now })
      const decision = { ...next.decision, recipients: [to('b.example', 'qualified')] }
      await store.record({ ...next, decision })
      t.equal(await store.domains.learnDomains(), 1)
    },
  ],
  [
    'a verdict answers those who wait for it, unless an administrator has said that it is unknown',
    async (t, open) => {
      let now = 5000
      const store = await open(t, { now: () => now })
      const woken = async () => (await store.waitingToWake(1000)).map(({ key }) => key)
      for (const name of ['a', 'b', 'x.c', 'd']) {
        await store.wait(sampleGuest({ key: name, domain: `${name}.example`, until: 90_000 }))
      }
      const set = { customer: ALL_CUSTOMERS, by: 'ann', reason: 'r' } as const
      await store.setLevel({ ...set, domain: 'b.example', level: 'undetermined', until: 6000 })
      t.same(await woken(), [])
      for (const name of ['a', 'b']) {
        await store.domains.saveVerdict(sampleVerdict({ domain: `${name}.example` }))
      }
      await store.domains.saveVerdict(sampleVerdict({ domain: 'd.example', until: 5000 }))
      t.same(await woken(), ['a'])
      now = 6000
      t.same(await woken(), ['a', 'b'])
      await store.setLevel({ ...set, domain: '.c.example', level: 'none' })
      t.same(await woken(), ['x.c'])
    },
  ],
  [
    'a purge forgets domains that nobody writes to, once their verdict is over; named ones stay',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now, retentionMs: 5000, notesRetentionMs: 8000 })
      const { domains } = store
      await store.requestProbe('a.example', 'waits', { asker: 'x', perHour: 1 })
      await domains.takeNamed({ owner: 'o', leaseMs: 1, domains: ['b.example'] })
      for (const domain of ['a.example', 'b.example']) {
        await domains.saveVerdict(sampleVerdict({ domain, until: 6000 }))
        await domains.saveVerdict(sampleVerdict({ domain, until: 6000, dane: true }))
      }
      now = 6500
      t.match(await store.purge(), { waits: 1, notes: 0 })
      t.match(await domains.verdictOf('a.example'), { dueAt: undefined })
      now = 11_001
      t.match(await store.purge(), { waits: 1, notes: 2 })
      t.equal(await domains.verdictOf('a.example'), undefined)
      t.equal(await domains.earlierFacts('a.example'), undefined)
      t.match(await domains.verdictHistory('a.example'), [{ dane: true }])
      t.match(await domains.verdictOf('b.example'), { dueAt: 50_000 })
    },
  ],
]
