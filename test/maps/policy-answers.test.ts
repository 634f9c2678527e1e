import t, { type Test } from 'tap'
import { PolicyAnswers } from '../../src/maps/policy-answers.js'
import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import { openStore } from '../../src/store/open-store.js'
import { join } from 'node:path'
import { sampleFailure, sampleVerdict } from '../support/store-verdict-samples.js'
import { startInThisThread } from '../support/store-worker.js'

const TLS = 'ciphers=high protocols=>=TLSv1.2'
const SECURE = `OK secure match=mx.a.example ${TLS}`
const HOUR = 3_600_000
const TEMP = 'TEMP the domain has not been tested yet'
const SET = { customer: ALL_CUSTOMERS, by: 'ann', reason: 'r' } as const

async function answering(t: Test) {
  const clock = { now: 2000 }
  const store = await openStore({
    url: `sqlite:${join(t.testdir({}), 'store.db')}`,
    deadlineMs: 20_000,
    startWorker: startInThisThread,
    now: () => clock.now,
  })
  t.teardown(() => store.close())
  const asked: string[] = []
  const broken = { is: false }
  const unlessBroken = <T>(value: Promise<T>): Promise<T> =>
    broken.is ? Promise.reject(new Error('the store is gone')) : value
  const answers = new PolicyAnswers({
    store: {
      policyLevels: (domain, rules) => unlessBroken(store.domains.policyLevels(domain, rules)),
      changedSince: (revision, limit) => unlessBroken(store.domains.changedSince(revision, limit)),
      levelsWithNextHop: () => unlessBroken(store.domains.levelsWithNextHop()),
      levelsRevision: () => unlessBroken(store.levelsRevision()),
      requestProbe: async domain => void asked.push(domain),
    },
    isInternal: domain => domain === 'in.example',
    waitLimitMs: 4 * HOUR,
    now: () => clock.now,
    rules: 'rules',
    pin: 'names',
    fallbacks: { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' },
  })
  /** A second passes before each question, so that changes are known. */
  const ask = (request: string): Promise<string> => {
    t.capture(performance, 'now', () => (clock.now += 1000))
    return answers.answer(request)
  }
  return { store, ask, asked, clock, broken }
}

t.test('what the maps would say, for the name and for what lies below a parent', async t => {
  const { store, ask } = await answering(t)
  await store.domains.saveVerdict(sampleVerdict({ until: 10_000_000 }))
  await store.setLevel({ ...SET, domain: '.b.example', level: 'mandatory' })
  await store.setLevel({ ...SET, domain: 'x.b.example', level: 'none' })
  const hop = { nextHop: '[mx.p.example]:25', match: ['mx.p.example'] }
  await store.setLevel({ ...SET, domain: 'p.example', level: 'qualified', ...hop })
  for (const [request, want] of [
    ['qtls_policy a.example', SECURE],
    ['qtls_policy A.Example', SECURE],
    ['tls_policy a.example', `OK encrypt ${TLS}`],
    ['transport a.example', 'OK qtls:'],
    ['transport bob@a.example', 'NOTFOUND '],
    ['transport *', 'NOTFOUND '],
    ['qtls_policy .a.example', 'NOTFOUND '],
    ['qtls_policy .example', 'NOTFOUND '],
    ['tls_policy y.b.example', `OK encrypt ${TLS}`],
    ['tls_policy .b.example', `OK encrypt ${TLS}`],
    ['tls_policy x.b.example', 'NOTFOUND '],
    ['qtls_policy [127.0.0.1]:10027', 'OK none'],
    ['tls_policy [127.0.0.1]:10028', 'OK none'],
    ['qtls_policy [mx.p.example]:25', `OK secure match=mx.p.example ${TLS}`],
    ['qtls_policy [mx.q.example]:25', 'NOTFOUND '],
    ['transport p.example', 'OK qtls:[mx.p.example]:25'],
    ['other a.example', 'PERM there is no such map'],
    ['', 'PERM there is no such map'],
    ['qtls_policy ', 'NOTFOUND '],
  ] as const) {
    t.equal(await ask(request), want, request)
  }
})

t.test('an untested domain is a temporary failure, and is asked for', async t => {
  const { store, ask, asked } = await answering(t)
  t.equal(await ask('qtls_policy new.example'), TEMP)
  t.equal(await ask('tls_policy new.example'), TEMP)
  t.equal(await ask('transport new.example'), 'NOTFOUND ', 'the way is none of its business')
  t.equal(await ask('tls_policy in.example'), 'NOTFOUND ', 'inside')
  t.same(asked, ['new.example'])
  const none = { domain: 'new.example', match: [], until: 10_000_000 }
  await store.domains.saveVerdict(sampleVerdict({ ...none, level: 'none' }))
  t.equal(await ask('tls_policy new.example'), 'NOTFOUND ')
})

t.test('mail for a domain that cannot be tested does not wait for ever', async t => {
  const { store, ask, asked, clock } = await answering(t)
  const fails = async (domain: string): Promise<void> => {
    const failure = sampleFailure('timeout', { probedAt: clock.now, dueAt: clock.now })
    const verdict = { ...failure.verdict, domain, until: clock.now }
    await store.domains.saveVerdict({ ...failure, verdict })
  }
  for (const tries of [1, 2, 3, 4]) {
    await fails('silent.example')
    t.equal(await ask('tls_policy silent.example'), TEMP, `${tries} tries`)
  }
  await fails('silent.example')
  t.equal(await ask('tls_policy silent.example'), 'NOTFOUND ')
  t.equal(await ask('qtls_policy silent.example'), 'NOTFOUND ', 'where nobody is good enough then')
  t.ok(asked.includes('silent.example'), 'it is looked for still')

  await store.requestProbe('nobody.example', 'nobody looks')
  t.equal(await ask('tls_policy nobody.example'), TEMP)
  clock.now += 4 * HOUR
  t.equal(await ask('tls_policy nobody.example'), 'NOTFOUND ')

  await store.domains.saveVerdict(
    sampleVerdict({ until: clock.now + HOUR }, { probedAt: clock.now }),
  )
  t.equal(await ask('qtls_policy a.example'), SECURE)
  clock.now += 4 * HOUR
  t.equal(await ask('qtls_policy a.example'), TEMP, 'its verdict is over since three hours')
  clock.now += HOUR
  t.equal(await ask('qtls_policy a.example'), 'NOTFOUND ')
})

t.test('a change is known within a second, and what is over is no answer', async t => {
  const { store, ask, clock } = await answering(t)
  await store.domains.saveVerdict(sampleVerdict({ until: 1_000_000 }))
  t.equal(await ask('qtls_policy a.example'), SECURE)
  await store.setLevel({ ...SET, domain: 'a.example', level: 'mandatory', until: 500_000 })
  t.equal(await ask('qtls_policy a.example'), 'NOTFOUND ')
  clock.now = 600_000
  t.equal(await ask('qtls_policy a.example'), SECURE)
  clock.now = 1_000_001
  t.equal(await ask('qtls_policy a.example'), TEMP)
})

t.test('when the store is down, there is no answer', async t => {
  const { store, ask, broken } = await answering(t)
  await store.domains.saveVerdict(sampleVerdict({ until: 10_000_000 }))
  t.equal(await ask('qtls_policy a.example'), SECURE)
  broken.is = true
  await t.rejects(ask('qtls_policy a.example'), { message: 'the store is gone' })
  await t.rejects(ask('qtls_policy [127.0.0.1]:10027'), { message: 'the store is gone' })
  broken.is = false
  t.equal(await ask('qtls_policy a.example'), SECURE)
})
