import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { StoreCase } from './store-cases.js'
import { all } from './store-records.js'
import { sampleFailure, sampleVerdict } from './store-verdict-samples.js'

const PERSON = { by: 'ann', reason: 'asked them' } as const

/** What every store does with verdicts on domains. */
export const DOMAIN_CASES: readonly StoreCase[] = [
  [
    'a verdict comes back with its facts, and is the level of its domain',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const { domains } = store
      t.equal(await domains.verdictOf('a.example'), undefined)
      t.equal(await domains.earlierFacts('a.example'), undefined)
      const found = sampleVerdict({
        reasons: [
          { code: 'rsa_lt_3000', severity: 'warn', host: 'mx.a.example', evidence: { bits: 2048 } },
        ],
      })
      t.same(await domains.saveVerdict(found), {
        domain: 'a.example',
        outcome: 'saved',
        before: undefined,
        changed: true,
      })
      t.same(await domains.verdictOf('A.Example.'), {
        ...found.verdict,
        probedAt: 1000,
        savedAt: 2000,
        dueAt: 50_000,
        lastTry: undefined,
      })
      t.same(await domains.earlierFacts('a.example'), { domain: 'a.example', probedAt: 1000 })
      t.same((await store.levels('clinic', ['a.example'])).get('a.example'), {
        domain: 'a.example',
        level: 'qualified',
        until: 100_000,
        match: ['mx.a.example'],
        dane: false,
        probedAt: 1000,
      })
    },
  ],
  [
    'a try that finds nothing out leaves a verdict that still holds, and is noted beside it',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      await domains.saveVerdict(sampleVerdict())
      now = 60_000
      const failure = sampleFailure('smtp_4xx', { probedAt: 59_000, dueAt: 61_000 })
      t.same(await domains.saveVerdict(failure), {
        domain: 'a.example',
        outcome: 'kept',
        before: 'qualified',
        changed: true,
      })
      t.match(await domains.verdictOf('a.example'), {
        level: 'qualified',
        probedAt: 1000,
        dueAt: 61_000,
        lastTry: { at: 59_000, reasons: [{ code: 'smtp_4xx' }] },
      })
      t.same(await domains.earlierFacts('a.example'), { domain: 'a.example', probedAt: 1000 })
      t.match(await domains.saveVerdict(failure), { outcome: 'kept', changed: false })
      now = 100_000
      t.match(await domains.saveVerdict(failure), { outcome: 'saved', before: 'qualified' })
      t.equal((await store.levels('c', ['a.example'])).get('a.example')?.level, 'undetermined')
      t.match(
        (await domains.verdictHistory('a.example')).map(({ level, inForce }) => [level, inForce]),
        [
          ['undetermined', true],
          ['undetermined', false],
          ['qualified', true],
        ],
      )
    },
  ],
  [
    'what was found out before the verdict that is there changes nothing',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      await store.domains.saveVerdict(sampleVerdict({}, { probedAt: 1500 }))
      const older = sampleVerdict({ level: 'mandatory' }, { probedAt: 1499, facts: 'old' })
      t.match(await store.domains.saveVerdict(older), { outcome: 'dropped', changed: false })
      t.match(await store.domains.verdictOf('a.example'), { level: 'qualified', probedAt: 1500 })
      t.notSame(await store.domains.earlierFacts('a.example'), 'old')
    },
  ],
  [
    'the history has a line each time that more than the end of a verdict changed',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      const steps = [
        sampleVerdict(),
        sampleVerdict({ until: 200_000 }),
        sampleVerdict({ match: ['mx2.a.example'] }),
        sampleVerdict({ match: ['mx2.a.example'], spki: ['EF'] }),
        sampleVerdict({ level: 'mandatory', match: [], spki: [] }),
        sampleVerdict({ level: 'mandatory', match: [], spki: [], profile: 'bsi-2026' }),
      ]
      const changed: boolean[] = []
      for (const step of steps) {
        now += 1000
        changed.push((await domains.saveVerdict(step)).changed)
      }
      t.same(changed, [true, false, true, true, true, true])
      t.match(await domains.verdictHistory('a.example'), [
        { level: 'mandatory', profile: 'bsi-2026', savedAt: 8000 },
        { level: 'mandatory', profile: 'bsi-compatible', savedAt: 7000 },
        { spki: ['EF'], savedAt: 6000 },
        { match: ['mx2.a.example'], spki: ['AB:CD'], savedAt: 5000 },
        { level: 'qualified', match: ['mx.a.example'], savedAt: 3000 },
      ])
    },
  ],
  [
    'levels that were set, and known domains, are read page by page',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const names = Array.from({ length: 2001 }, (_, index) => `d${10_000 + index}.example`)
      const { domains } = store
      await domains.takeNamed({ domains: names, owner: 'x', leaseMs: 1000 })
      await domains.saveVerdict(sampleVerdict({ domain: 'd10007.example' }))
      const known = await all(domains.knownDomains())
      t.same(
        known.map(({ domain }) => domain),
        names,
      )
      t.same(known.slice(6, 8), [
        { domain: 'd10006.example', probedAt: undefined },
        { domain: 'd10007.example', probedAt: 1000 },
      ])
      await all(
        store.importLevels(
          names.slice(0, 999).map(domain => `${domain},none`),
          { customer: ALL_CUSTOMERS, ...PERSON },
        ),
      )
      const set = { ...PERSON, domain: 'd10998.example', level: 'none' } as const
      await store.setLevel({ ...set, customer: ALL_CUSTOMERS })
      await store.setLevel({ ...set, customer: 'clinic' })
      await store.setLevel({ ...set, domain: 'z.example', customer: 'clinic' })
      const listed = await all(store.listLevels(ALL_CUSTOMERS))
      t.equal(listed.length, 1001)
      t.same(
        listed.slice(-3).map(({ domain, customer }) => `${domain} ${customer}`),
        ['d10998.example *', 'd10998.example clinic', 'z.example clinic'],
      )
      t.equal((await all(store.listLevels('clinic'))).length, 2)
    },
  ],
  [
    'verdicts by other rules are found with their facts, and replaced as long as they are the same',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const { domains } = store
      const named = (domain: string, rules: string) =>
        sampleVerdict({ domain }, { rules, facts: { domain } })
      await domains.saveVerdicts([
        named('a.example', 'old'),
        named('b.example', 'new'),
        named('c.example', 'old'),
        named('d.example', 'old'),
      ])
      const question = { after: '', limit: 2, rules: 'new' }
      t.match(await domains.verdictsByOtherRules(question), [
        { domain: 'a.example', probedAt: 1000, reasons: [], facts: { domain: 'a.example' } },
        { domain: 'c.example' },
      ])
      t.match(await domains.verdictsByOtherRules({ ...question, after: 'c.example' }), [
        { domain: 'd.example' },
      ])
      const everything = { after: '', limit: 9, rules: undefined }
      t.equal((await domains.verdictsByOtherRules(everything)).length, 4)
      t.same(
        (await all(domains.levelsInForce('new'))).flat().map(one => one.domain),
        ['b.example'],
      )
      t.same((await domains.policyLevels('a.example', 'new')).own.levels, [])
      t.equal((await domains.policyLevels('a.example', 'old')).own.levels.length, 1)

      await domains.saveVerdict(sampleVerdict({ domain: 'c.example' }, { probedAt: 1500 }))
      await domains.takeNamed({ domains: ['a.example'], owner: 'x', leaseMs: 60_000 })
      const none = { level: 'none', match: [], spki: [] } as const
      const revised = (domain: string, dueAt: number) => ({
        domain,
        probedAt: 1000,
        rules: 'new',
        verdict: sampleVerdict({ domain, ...none }).verdict,
        dueAt,
      })
      const before = await store.levelsRevision()
      t.same(
        await domains.reviseVerdicts([
          revised('a.example', 90_000),
          revised('c.example', 90_000),
          { ...revised('d.example', 1), verdict: undefined },
          revised('e.example', 90_000),
        ]),
        [
          { domain: 'a.example', outcome: 'saved', before: 'qualified', changed: true },
          { domain: 'c.example', outcome: 'dropped', before: 'qualified', changed: false },
          { domain: 'd.example', outcome: 'kept', before: 'qualified', changed: false },
          { domain: 'e.example', outcome: 'dropped', before: undefined, changed: false },
        ],
      )
      t.same(await domains.changedSince(before, 9), ['a.example'])
      t.match(await domains.verdictOf('a.example'), {
        level: 'none',
        probedAt: 1000,
        dueAt: 50_000,
      })
      t.match(await domains.verdictHistory('a.example'), [
        { level: 'none' },
        { level: 'qualified' },
      ])
      t.match(await domains.verdictOf('d.example'), { level: 'qualified', dueAt: 1 })
      t.same(
        await domains.takeNamed({ domains: ['a.example'], owner: 'y', leaseMs: 1 }),
        [],
        'who looks at it still has it',
      )
    },
  ],
  [
    'verdicts are read by name, all of them; wrong ones are refused',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const names = Array.from({ length: 501 }, (_, index) => `d${1000 + index}.example`)
      const found = names.map(domain => sampleVerdict({ domain }))
      await store.domains.saveVerdicts(found.toReversed())
      t.same(
        (await all(store.domains.verdicts())).map(({ domain }) => domain),
        names,
      )
      const wrong = [
        sampleVerdict({ domain: '.a.example' }),
        sampleVerdict({ until: Number.NaN }),
        sampleVerdict({}, { facts: 'x'.repeat(4_000_001) }),
      ]
      for (const one of wrong) {
        await t.rejects(store.domains.saveVerdict(one), { code: 'ERR_STORE_INPUT' })
      }
    },
  ],
  [
    'what an administrator set goes before a verdict, and is there when the verdict is gone',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const levelOf = async (domain: string) =>
        (await store.levels('clinic', [domain])).get(domain)?.level
      const set = { customer: ALL_CUSTOMERS, domain: 'a.example', ...PERSON }
      await store.domains.saveVerdict(sampleVerdict())
      await store.setLevel({ ...set, level: 'none', until: 3000 })
      t.equal(await levelOf('a.example'), 'none')
      await store.domains.saveVerdict(sampleVerdict({}, { probedAt: 1001 }))
      t.equal(await levelOf('a.example'), 'none')
      now = 3000
      t.equal(await levelOf('a.example'), 'qualified', 'its time is over')
      await store.setLevel({ ...set, level: 'mandatory' })
      t.equal(await levelOf('a.example'), 'mandatory')
      t.equal(await store.domains.forgetDomain('a.example', 'ann', 'mistyped'), true)
      t.equal(await store.domains.forgetDomain('a.example', 'ann', 'mistyped'), false)
      t.equal(await levelOf('a.example'), 'mandatory')
      t.equal(await store.unsetLevel(set), true)
      t.equal(await levelOf('a.example'), undefined)
      t.equal(await store.unsetLevel(set), false)
      t.equal(await store.unsetLevel({ ...set, customer: 'nobody' }), false)
      t.match(await store.levelHistory(ALL_CUSTOMERS, 'a.example'), [
        { level: 'undetermined', reason: 'asked them', changedBy: 'ann' },
        { level: 'mandatory' },
        { level: 'none' },
      ])
      t.match(await store.listAudit(ALL_CUSTOMERS), [
        { act: 'level-unset', object: 'a.example' },
        { act: 'domain-forget', object: 'a.example', detail: 'mistyped' },
      ])
    },
  ],
  [
    'a level with a leading dot holds for everything below, the nearest first, and not for itself',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const set = { customer: ALL_CUSTOMERS, ...PERSON }
      const asked = ['a.example', 'x.a.example', 'y.x.a.example', 'xa.example']
      await store.levels('clinic', asked)
      await store.setLevel({ ...set, domain: '.A.example.', level: 'mandatory' })
      await store.setLevel({ ...set, domain: '.x.a.example', level: 'none', customer: 'clinic' })
      await store.domains.saveVerdict(sampleVerdict({ domain: 'x.a.example' }))
      const levels = await store.levels('clinic', asked)
      t.same(
        [...levels].map(([domain, { level }]) => [domain, level]),
        [
          ['x.a.example', 'mandatory'],
          ['y.x.a.example', 'none'],
        ],
      )
      const others = await store.levels('lawyer', asked)
      t.equal(others.get('y.x.a.example')?.level, 'mandatory')
      await t.rejects(store.setLevel({ ...set, domain: '..a', level: 'none' }), {
        code: 'ERR_STORE_INPUT',
      })
    },
  ],
  [
    'levels in force are read in the order of names, page by page',
    async (t, open) => {
      const store = await open(t, { now: () => 2000 })
      const names = Array.from({ length: 5200 }, (_, index) => `d${10_000 + index}.example`)
      const found = names.map(domain => sampleVerdict({ domain, match: [], reasons: [] }))
      for (let start = 0; start < found.length; start += 1000) {
        await store.domains.saveVerdicts(found.slice(start, start + 1000))
      }
      await store.domains.saveVerdict(sampleVerdict({ domain: 'zz.example', until: 2000 }))
      const set = { customer: ALL_CUSTOMERS, level: 'none', ...PERSON } as const
      await store.setLevel({ ...set, domain: 'd15150.example', customer: 'clinic' })
      await store.setLevel({ ...set, domain: 'z.example', nextHop: '[MX.z.example]:25' })
      await store.setLevel({ ...set, domain: 'over.example', until: 2000 })
      t.equal((await all(store.domains.levelsInForce('other rules'))).flat().length, 2)
      const read = (await all(store.domains.levelsInForce())).flat()
      t.same(
        (await store.domains.levelsWithNextHop()).map(({ domain }) => domain),
        ['z.example'],
      )
      t.same(
        read.map(({ domain }) => domain),
        [...names, 'z.example'],
      )
      t.match(read[5150]?.levels, [{ by: 'administrator', level: 'none' }, { by: 'prober' }])
      t.match(read.at(-1)?.levels, [{ by: 'administrator', nextHop: '[mx.z.example]:25' }])
    },
  ],
  [
    'what is known of levels in short',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const none = { count: 0, expired: 0, changedAt: undefined, sample: [] }
      t.same(await store.levelSummary(2), none)
      const set = { customer: ALL_CUSTOMERS, level: 'none', ...PERSON } as const
      await store.setLevel({ ...set, domain: 'b.example' })
      await store.setLevel({ ...set, domain: '.c.example', until: 2500 })
      now = 3000
      await store.domains.saveVerdict(sampleVerdict({ domain: 'b.example' }))
      await store.domains.saveVerdict(sampleVerdict({ domain: 'a.example', until: 2500 }))
      t.same(await store.levelSummary(2), {
        count: 4,
        expired: 2,
        changedAt: 3000,
        sample: ['b.example', 'a.example'],
      })
    },
  ],
  [
    'confirmations are on record, with who gave and who withdrew them',
    async (t, open) => {
      let now = 2000
      const store = await open(t, { now: () => now })
      const { domains } = store
      const one = await domains.confirm({ kind: 'mx', pattern: '.Outlook.example', ...PERSON })
      const two = await domains.confirm({
        kind: 'domain',
        pattern: 'b.example',
        until: 3000,
        ...PERSON,
      })
      t.same(await domains.listConfirmations(), [
        {
          id: one.id,
          kind: 'mx',
          pattern: '.outlook.example',
          at: 2000,
          until: undefined,
          ...PERSON,
        },
        { id: two.id, kind: 'domain', pattern: 'b.example', at: 2000, until: 3000, ...PERSON },
      ])
      now = 3000
      t.match(await domains.listConfirmations(), [{ id: one.id }])
      t.equal(await domains.withdrawConfirmation(one.id, 'ben', 'sold'), true)
      t.equal(await domains.withdrawConfirmation(one.id, 'ben', 'sold'), false)
      t.same(await domains.listConfirmations(), [])
      t.match(await store.listAudit(ALL_CUSTOMERS), [
        { actor: 'ben', act: 'domain-unconfirm', object: 'mx .outlook.example', detail: 'sold' },
        { actor: 'ann', act: 'domain-confirm', object: 'domain b.example' },
        { actor: 'ann', act: 'domain-confirm', object: 'mx .outlook.example' },
      ])
      await t.rejects(async () => domains.confirm({ kind: 'mx', pattern: '*', ...PERSON }), {
        code: 'ERR_STORE_INPUT',
      })
      await t.rejects(
        async () => domains.confirm({ kind: 'mx', pattern: 'a.example', by: 'x', reason: ' ' }),
        { code: 'ERR_STORE_INPUT' },
      )
    },
  ],
]
