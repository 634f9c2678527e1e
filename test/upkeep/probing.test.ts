import t, { type Test } from 'tap'
import type { MadeVerdict } from '../../src/qtls/make-verdict.js'
import type { DueDomain, DueTake } from '../../src/store/verdicts.js'
import { startProbing } from '../../src/upkeep/probing.js'
import { recordLog } from '../support/log-recorder.js'

/** A list of domains, and servers that answer when the test says so. */
function bench(t: Test, names: Readonly<Record<'asked' | 'due', readonly string[]>>) {
  const logged = recordLog(t)
  const left = { asked: [...names.asked], due: [...names.due] }
  const taken: string[] = []
  const given: string[] = []
  const made: string[] = []
  let seen: (() => void) | undefined
  const state = { resolver: undefined as Error | undefined, stuck: new Set<string>() }
  const store = {
    takeDue: async ({ kind, owner, limit }: DueTake): Promise<readonly DueDomain[]> => {
      t.equal(owner, 'me')
      const some = left[kind].splice(0, limit)
      taken.push(...some)
      return some.map(domain => ({ domain, tries: 2, why: 'waits' }))
    },
    giveBack: async (_owner: string, domains: readonly string[]) => void given.push(...domains),
    learnDomains: async () => 0,
  }
  const maker = {
    make: async (domain: string, signal: AbortSignal, tries?: number): Promise<MadeVerdict> => {
      t.equal(tries, 2)
      if (state.stuck.has(domain))
        await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
      made.push(domain)
      seen?.()
      const verdict = { domain, level: 'mandatory', reasons: [{ code: 'dns_insecure_mx' }] }
      const alarms = domain.startsWith('lost') ? [{ what: 'starttls_disappeared' }] : []
      return { verdict, alarms, change: { changed: true } } as unknown as MadeVerdict
    },
  }
  const run = () =>
    startProbing({
      maker,
      store,
      owner: 'me',
      concurrency: 4,
      log: logged.log,
      checkResolver: async () => {
        if (state.resolver !== undefined) throw state.resolver
      },
    })
  const until = async (wanted: number): Promise<void> => {
    while (made.length < wanted) await new Promise<void>(next => (seen = next))
  }
  return { run, until, made, taken, given, state, logged }
}

t.test('domains that mail waits for and those that are due are looked at side by side', async t => {
  const { run, until, made, given } = bench(t, {
    asked: ['a.example', 'b.example', 'c.example'],
    due: ['d.example'],
  })
  const loop = run()
  await until(4)
  await loop.stop()
  t.same(made.toSorted(), ['a.example', 'b.example', 'c.example', 'd.example'])
  t.same(given, [])
})

t.test('a slow server holds up nobody else, and at the end its domain is given back', async t => {
  const { run, until, made, given, state } = bench(t, {
    asked: ['slow.example', 'b.example', 'c.example', 'd.example'],
    due: [],
  })
  state.stuck.add('slow.example')
  const loop = run()
  await until(3)
  await loop.stop()
  t.same(made.toSorted(), ['b.example', 'c.example', 'd.example'])
  t.same(given, ['slow.example'])
})

t.test('nothing is looked at while the resolver cannot be believed', async t => {
  const { run, made, taken, state, logged } = bench(t, { asked: ['a.example'], due: [] })
  logged.expect('looking at domains that mail waits for failed, tried again')
  logged.expect('looking at domains that are due failed, tried again')
  state.resolver = new Error('it takes wrong signatures')
  const loop = run()
  await new Promise(next => setImmediate(next))
  await loop.stop()
  t.same([made, taken], [[], []])
})

t.test('the loss of protection is an alarm', async t => {
  const { run, until, logged } = bench(t, { asked: ['lost.example'], due: [] })
  logged.expect('STARTTLS disappeared')
  const loop = run()
  await until(1)
  await loop.stop()
})
