import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parents } from '../../src/maps/entries.js'
import { PolicyAnswers } from '../../src/maps/policy-answers.js'
import { writeMaps } from '../../src/maps/write.js'
import { WrittenMap } from '../../src/maps/written-map.js'
import { openStore } from '../../src/store/open-store.js'
import { sampleVerdict } from '../support/store-verdict-samples.js'
import { startInThisThread } from '../support/store-worker.js'

const NOW = 2000
const FALLBACKS = { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' }
const DOMAINS = ['example', 'b.example', 'a.b.example', 'x.a.b.example', 'y.example'] as const
const KEYS = [...DOMAINS, ...DOMAINS.map(domain => `.${domain}`)]
const LEVELS = ['qualified', 'mandatory', 'none', 'undetermined'] as const

const level = fc.constantFrom(...LEVELS)
const said = fc.dictionary(fc.constantFrom(...KEYS), level, { maxKeys: 6 })
const found = fc.dictionary(fc.constantFrom(...DOMAINS), level, { maxKeys: 4 })

/** What Postfix gets for a domain that asks for itself and then for what lies below its parents. */
async function walk(
  domain: string,
  ask: (key: string) => string | undefined | Promise<string | undefined>,
): Promise<string | undefined> {
  for (const key of [domain, ...parents(domain)]) {
    const value = await ask(key)
    if (value !== undefined) return value
  }
  return undefined
}

t.test('milter, maps and live answers agree on nested domains, whoever said what', async t => {
  const root = await mkdtemp(join(tmpdir(), 'agree-'))
  t.teardown(() => rm(root, { recursive: true }))
  const store = await openStore({
    url: `sqlite:${join(root, 'store.db')}`,
    deadlineMs: 10_000,
    now: () => NOW,
    startWorker: startInThisThread,
  })
  t.teardown(() => store.close())
  let count = 0
  let seen = 0
  await fc.assert(
    fc.asyncProperty(said, found, async (set, verdicts) => {
      count += 1
      // Each round has a tree of its own, so that one store does for all.
      const here = (name: string): string => name.replace(/example$/, `e${count}`)
      for (const [domain, what] of Object.entries(set))
        await store.setLevel({
          customer: '*',
          domain: here(domain),
          level: what,
          by: 'x',
          reason: 'x',
        })
      for (const [domain, what] of Object.entries(verdicts))
        await store.domains.saveVerdict(sampleVerdict({ domain: here(domain), level: what }))
      const directory = join(root, String(count))
      const rules = { rules: 'rules', profile: 'p', pin: 'names', fallbacks: FALLBACKS } as const
      await writeMaps({
        ...rules,
        levels: store.domains,
        now: NOW,
        directory,
        mapType: 'texthash',
        run: async () => ({ code: 0, stdout: '', stderr: '' }),
        maxDrop: 100,
      })
      const live = new PolicyAnswers({
        ...rules,
        store: {
          policyLevels: (domain, by) => store.domains.policyLevels(domain, by),
          changedSince: (revision, limit) => store.domains.changedSince(revision, limit),
          levelsWithNextHop: () => store.domains.levelsWithNextHop(),
          levelsRevision: () => store.levelsRevision(),
          requestProbe: async () => undefined,
        },
        isInternal: () => false,
        waitLimitMs: 0,
        now: () => NOW,
      })
      for (const map of ['transport', 'tls_policy', 'qtls_policy'] as const) {
        const written = new WrittenMap(join(directory, map))
        for (const domain of DOMAINS.map(here)) {
          const byFile = await walk(domain, key => written.valueOf(key))
          const byLive = await walk(domain, async key => {
            const answer = await live.answer(`${map} ${key}`)
            return answer.startsWith('OK ') ? answer.slice(3) : undefined
          })
          const milters = (await store.levels('*', [domain])).get(domain)?.level
          seen += 1
          if (withoutNever(byFile) !== withoutNever(byLive))
            throw new Error(`${map} ${domain}: ${byFile} in the file, ${byLive} live`)
          const isLet = withoutNever(byFile) !== undefined
          if (map === 'qtls_policy' && isLet !== (milters === 'qualified'))
            throw new Error(`${domain} is ${milters} and has ${byFile}`)
          if (map === 'tls_policy' && milters === 'mandatory' && !isLet)
            throw new Error(`${domain} is mandatory and has no entry`)
        }
        written.close()
      }
    }),
    { numRuns: 60 },
  )
  t.ok(seen > 500, `${seen} look-ups`)
})

/** That nobody will do, and that the transport is the usual one, is what no entry means as well. */
function withoutNever(value: string | undefined): string | undefined {
  return value === ':' || value?.includes('unqualified.invalid') === true ? undefined : value
}
