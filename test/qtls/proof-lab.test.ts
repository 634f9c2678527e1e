import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { parseConfig } from '../../src/config/load.js'
import { createProber } from '../../src/qtls/create-prober.js'
import { VerdictMaker, type MadeVerdict } from '../../src/qtls/make-verdict.js'
import { runProbes, type Task } from '../../src/qtls/probe-run.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { verdictRules } from '../../src/qtls/verdict-rules.js'
import { domainOf, startQtlsLab } from '../support/qtls-lab.js'

// Ports 25, 53, 80 and 443, and zones below a root of our own.
t.setTimeout(120_000)
await enterNamespace()

const directory = await mkdtemp(join(tmpdir(), 'qtls-lab-'))
t.teardown(() => rm(directory, { recursive: true }))
const lab = await startQtlsLab(directory)
t.teardown(() => lab.close())

const SETTINGS = `[prober]
bogus_name = "bogus"
ca_file = "${lab.caFile}"
allowed_networks = ["127.0.0.0/8", "::1"]
smtp_timeout = "3s"
fetch_timeout = "3s"
max_crl_size = "8M"
`
const { prober: settings } = parseConfig(SETTINGS, undefined)
const ready = createProber({ settings, heloName: 'gateway.test', now: Date.now })
t.teardown(() => ready.close())
const { signal } = new AbortController()

await t.test('unbound validates, and proves it', async t => {
  await t.resolves(ready.checkResolver(signal))
})

const rules = verdictRules(readTlsProfile('bsi-compatible'), settings.bindings)
const maker = new VerdictMaker({
  prober: ready.prober,
  rules: () => rules,
  store: undefined,
  now: Date.now,
})
await t.test('every case has its level, and the code that says why', async t => {
  const before = process.memoryUsage().rss
  const made = new Map<string, MadeVerdict>()
  await runProbes(
    plainTasks(lab.cases.map(domainOf)),
    {
      maker,
      concurrency: 8,
      onResult: result => {
        if ('made' in result) made.set(result.domain, result.made)
        else t.fail(`${result.domain}: ${result.error}`)
      },
    },
    signal,
  )
  for (const one of lab.cases) {
    await t.test(`${one.what}: ${one.level}`, async t => {
      const verdict = made.get(domainOf(one))?.verdict
      const codes = verdict?.reasons.map(({ code }) => code) ?? []
      t.equal(verdict?.level, one.level, `${codes.join(' ')} ${JSON.stringify(verdict?.reasons)}`)
      for (const code of one.codes)
        t.ok(codes.includes(code), `${code} is among ${codes.join(' ')}`)
      if (one.level === 'qualified') t.not(verdict?.match.length, 0)
      else t.same(verdict?.match, [])
    })
  }
  const grown = process.memoryUsage().rss - before
  t.ok(grown < 400_000_000, `${grown} bytes more, servers and zones among them`)
})

async function* plainTasks(domains: readonly string[]): AsyncGenerator<Task> {
  for (const domain of domains) yield { domain, tries: 0 }
}
